/*
 * rulefile: a folder of rule files as texts. (rulefile_load.c runs them.)
 *
 * Files are read whole, in the order of their names compared byte for byte, so that 10-shop.sql comes before
 * 20-rules.sql on every machine. Hidden files and anything that is no regular file are passed by; a link to
 * a file is followed. A byte order mark, as some editors write, is dropped here, so that the digest is that
 * of the text.
 *
 * Refused: text that is not UTF-8 (the line is named, and what the file looks like instead), a NUL byte, more
 * than RULEFILES_MAX files or more than RULEFILE_BYTES_MAX bytes in all.
 *
 * The digest tells folders apart, to see whether there is something new to load. It is FNV-1a and keeps
 * nobody from making two folders alike on purpose.
 */
#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "base/alloc.h"
#include "base/utf8.h"
#include "store/rulefile.h"
#include "text/escape.h"

enum { PATH_SHOWN_MAX = 90 }; /* a sentence shows it four times */

static const char BYTE_ORDER_MARK[] = "\xef\xbb\xbf";

void rulefiles_add(struct rulefiles *files, const char *name, const char *text)
{
    if (strncmp(text, BYTE_ORDER_MARK, 3) == 0)
        text += 3;
    files->list = alloc_resize(files->list, files->count + 1, sizeof *files->list);
    files->list[files->count].name = alloc_text(name);
    files->list[files->count].text = alloc_text(text);
    files->count++;
}

void rulefiles_release(struct rulefiles *files)
{
    for (size_t i = 0; i < files->count; i++) {
        free(files->list[i].name);
        free(files->list[i].text);
    }
    free(files->list);
    *files = (struct rulefiles){ 0 };
}

/* How an editor other than ours writes: what the bytes look like, and iconv's name for it. */
struct encoding {
    const char *looks_like, *iconv;
};

/* What a text in another encoding is made of beside ASCII: bytes two by two, or one alone. */
struct bytes {
    size_t syllables; /* pairs that are a syllable of Hangul in CP949 */
    size_t frequent;  /* of those: one that no Korean text does without */
    size_t signs;     /* pairs that are a sign there */
    size_t pairs;     /* all of them */
    size_t singles, letters; /* letters: those that are an accented letter or a quote in Windows-1252 */
};

/* 이 다 는 요 에 을 가 하 지 고. In Chinese text these bytes are characters that nobody writes. */
static bool is_frequent(unsigned char first, unsigned char second)
{
    static const unsigned char SYLLABLES[][2] = { { 0xc0, 0xcc }, { 0xb4, 0xd9 }, { 0xb4, 0xc2 }, { 0xbf, 0xe4 },
                                                  { 0xbf, 0xa1 }, { 0xc0, 0xbb }, { 0xb0, 0xa1 }, { 0xc7, 0xcf },
                                                  { 0xc1, 0xf6 }, { 0xb0, 0xed } };
    for (size_t i = 0; i < sizeof SYLLABLES / sizeof SYLLABLES[0]; i++)
        if (SYLLABLES[i][0] == first && SYLLABLES[i][1] == second)
            return true;
    return false;
}

/* Not ð, ý, þ and the like: in Turkish text they are others. */
static bool is_western(unsigned char byte)
{
    static const unsigned char OTHERS[] = { 0x80, 0x85, 0x91, 0x92, 0x93, 0x94, 0x96, 0x97, 0xa1, 0xaa,
                                            0xab, 0xba, 0xbb, 0xbf };
    if (byte >= 0xc0)
        return memchr("\xd0\xdd\xde\xf0\xfd\xfe\xff", byte, 7) == NULL;
    return memchr(OTHERS, byte, sizeof OTHERS) != NULL;
}

static struct bytes count_bytes(const unsigned char *text, size_t len)
{
    struct bytes bytes = { 0 };
    for (size_t at = 0; at < len; at++) {
        if (text[at] < 0x80)
            continue;
        unsigned char next = at + 1 < len ? text[at + 1] : 0;
        if (next < 0x80) {
            bytes.singles++;
            bytes.letters += is_western(text[at]);
            continue;
        }
        bytes.pairs++;
        bytes.syllables += text[at] >= 0xb0 && text[at] <= 0xc8 && next >= 0xa1;
        bytes.frequent += is_frequent(text[at], next);
        bytes.signs += text[at] >= 0xa1 && text[at] <= 0xa4 && next >= 0xa1;
        at++;
    }
    return bytes;
}

/* Only what is certain has a name: a wrong one would make the text unreadable for good. */
static struct encoding guess_encoding(const char *text, size_t len)
{
    struct bytes bytes = count_bytes((const unsigned char *)text, len);
    if (bytes.frequent > 0 && bytes.syllables + bytes.signs == bytes.pairs && bytes.singles == 0)
        return (struct encoding){ "Korean Windows text (CP949, also called EUC-KR)", "CP949" };
    if (bytes.singles > 0 && bytes.pairs * 10 <= bytes.singles && bytes.letters == bytes.singles)
        return (struct encoding){ "Western Windows text (Windows-1252, Latin-1)", "WINDOWS-1252" };
    return (struct encoding){ NULL, NULL };
}

static const char *name_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

/* ", or convert it: …", a line that leaves the file converted; nothing where a sentence has no room for the path. */
static void add_conversion(const char *path, const char *iconv, struct buf *out)
{
    struct buf quoted = { 0 }, new = { 0 }, whole = { 0 };
    buf_addf(&whole, "%s.utf8", path);
    escape_shell(path, &quoted);
    escape_shell(buf_text(&whole), &new);
    if (quoted.len <= PATH_SHOWN_MAX)
        buf_addf(out, ", or convert it: iconv -f %s -t UTF-8 %s > %s && mv %s %s", iconv, buf_text(&quoted),
                 buf_text(&new), buf_text(&new), buf_text(&quoted));
    buf_release(&quoted);
    buf_release(&new);
    buf_release(&whole);
}

static int refuse_encoding(const char *path, int line, const char *text, size_t len, struct error *error)
{
    struct encoding encoding = guess_encoding(text, len);
    struct buf cure = { 0 };
    if (encoding.iconv == NULL)
        return error_set(error, "%s:%d: this line is not UTF-8; save the file as UTF-8 in your editor", name_of(path),
                         line);
    add_conversion(path, encoding.iconv, &cure);
    error_set(error, "%s:%d: this line is not UTF-8; the file looks like %s. Save it as UTF-8 in your editor%s",
              name_of(path), line, encoding.looks_like, buf_text(&cure));
    buf_release(&cure);
    return -1;
}

/* Without a mark at its start iconv has to be told which byte of a letter comes first. */
static int refuse_utf16(const char *path, const char *text, struct error *error)
{
    struct buf cure = { 0 };
    add_conversion(path, text[0] == '\0' ? "UTF-16BE" : text[1] == '\0' ? "UTF-16LE" : "UTF-16", &cure);
    error_set(error,
              "%s:1: the file is UTF-16; save it as UTF-8 in your editor (in Notepad: Save as, Encoding: UTF-8)%s",
              name_of(path), buf_text(&cure));
    buf_release(&cure);
    return -1;
}

int rulefiles_check_text(const char *path, const char *text, size_t len, struct error *error)
{
    if (len >= 2 && (memcmp(text, "\xff\xfe", 2) == 0 || memcmp(text, "\xfe\xff", 2) == 0 ||
                     (text[0] == '\0') != (text[1] == '\0')))
        return refuse_utf16(path, text, error);

    int line = 1;
    uint32_t code;
    for (size_t at = 0, step; at < len; at += step) {
        step = utf8_decode(text + at, len - at, &code);
        if (step == 0)
            return refuse_encoding(path, line, text, len, error);
        if (code == 0)
            return error_set(error, "%s:%d: the line holds a NUL byte; save the file as plain UTF-8 text",
                             name_of(path), line);
        line += code == '\n';
    }
    return 0;
}

static bool is_rule_file(const char *folder, const struct dirent *entry)
{
    size_t len = strlen(entry->d_name);
    if (entry->d_name[0] == '.' || len < 5 || strcmp(entry->d_name + len - 4, ".sql") != 0)
        return false;
    struct buf path = { 0 };
    buf_addf(&path, "%s/%s", folder, entry->d_name);
    struct stat status;
    /* What cannot be looked at is kept: opening it will say why. */
    bool is_file = stat(buf_text(&path), &status) != 0 || S_ISREG(status.st_mode);
    buf_release(&path);
    return is_file;
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

struct names {
    char **list;
    size_t count;
};

static void names_release(struct names *names)
{
    for (size_t i = 0; i < names->count; i++)
        free(names->list[i]);
    free(names->list);
}

/* Where the ending .sql of a name begins that was meant for a rule file's; NULL: it was not. */
static const char *ending_of(const char *name)
{
    static const char *const BEHIND[] = { "", ".txt", ".rtf", NULL };
    const char *ending = name[0] != '.' ? strcasestr(name, ".sql") : NULL;
    for (size_t i = 0; ending != NULL && BEHIND[i] != NULL; i++)
        if (strcasecmp(ending + strlen(".sql"), BEHIND[i]) == 0)
            return ending;
    return NULL;
}

static void tell_outsider(const char *file, rulefiles_outsider *each, void *context)
{
    struct buf name = { 0 };
    buf_add(&name, file, (size_t)(ending_of(file) - file));
    buf_add_text(&name, ".sql");
    each(context, file, strcmp(buf_text(&name), file) != 0 ? buf_text(&name) : NULL);
    buf_release(&name);
}

void rulefiles_passed_by(const char *folder, rulefiles_outsider *each, void *context)
{
    struct names names = { 0 };
    struct dirent *entry;
    DIR *directory = opendir(folder);
    while (directory != NULL && (entry = readdir(directory)) != NULL && names.count < RULEFILES_MAX)
        if (ending_of(entry->d_name) != NULL && !is_rule_file(folder, entry)) {
            names.list = alloc_resize(names.list, names.count + 1, sizeof *names.list);
            names.list[names.count++] = alloc_text(entry->d_name);
        }
    if (directory != NULL)
        closedir(directory);
    if (names.count > 0)
        qsort(names.list, names.count, sizeof *names.list, compare_names);
    for (size_t i = 0; i < names.count; i++)
        tell_outsider(names.list[i], each, context);
    names_release(&names);
}

static void note_first(void *context, const char *file, const char *name)
{
    struct buf *first = context;
    if (first->len > 0)
        return;
    if (name != NULL)
        buf_addf(first, "; %s would have to be called %s", file, name);
    else
        buf_addf(first, "; %s is no plain file", file);
}

static int tell_empty(const char *folder, struct error *error)
{
    struct buf first = { 0 };
    rulefiles_passed_by(folder, note_first, &first);
    error_set(error, "the rules folder %s holds no file whose name ends in .sql%s", folder, buf_text(&first));
    buf_release(&first);
    return -1;
}

static int list_folder(const char *folder, struct names *names, struct error *error)
{
    DIR *directory = opendir(folder);
    if (directory == NULL)
        return error_set(error, "cannot open the rules folder %s: %s; name a folder with files that end in .sql", folder,
                         strerror(errno));

    struct dirent *entry;
    while ((entry = readdir(directory)) != NULL && names->count <= RULEFILES_MAX) {
        if (!is_rule_file(folder, entry))
            continue;
        names->list = alloc_resize(names->list, names->count + 1, sizeof *names->list);
        names->list[names->count++] = alloc_text(entry->d_name);
    }
    closedir(directory);
    if (names->count == 0)
        return tell_empty(folder, error);
    if (names->count > RULEFILES_MAX)
        return error_set(error, "the rules folder %s holds more than %d rule files", folder, RULEFILES_MAX);
    qsort(names->list, names->count, sizeof *names->list, compare_names);
    return 0;
}

/* Appends at most `max` bytes of the file and one more, by which the caller sees that it is longer. */
static int read_file(const char *path, size_t max, struct buf *out, struct error *error)
{
    FILE *file = fopen(path, "rbe");
    if (file == NULL)
        return error_set(error, "cannot open %s: %s", path, strerror(errno));
    char piece[16 * 1024];
    size_t len;
    while (out->len <= max && (len = fread(piece, 1, sizeof piece, file)) > 0)
        buf_add(out, piece, len);
    bool has_failed = ferror(file) != 0;
    fclose(file);
    return has_failed ? error_set(error, "cannot read %s", path) : 0;
}

static int add_from_folder(struct rulefiles *files, const char *folder, const char *name, size_t *room,
                           struct error *error)
{
    struct buf path = { 0 }, text = { 0 };
    buf_addf(&path, "%s/%s", folder, name);
    int result = read_file(buf_text(&path), *room, &text, error);
    if (result == 0 && text.len > *room)
        result = error_set(error, "%s: the rule files are larger than %d MiB in all", name,
                           RULEFILE_BYTES_MAX / (1024 * 1024));
    if (result == 0)
        result = rulefiles_check_text(buf_text(&path), buf_text(&text), text.len, error);
    if (result == 0) {
        rulefiles_add(files, name, buf_text(&text));
        *room -= text.len;
    }
    buf_release(&text);
    buf_release(&path);
    return result;
}

int rulefiles_read(const char *folder, struct rulefiles *files, struct error *error)
{
    struct names names = { 0 };
    size_t room = RULEFILE_BYTES_MAX;
    int result = list_folder(folder, &names, error);
    for (size_t i = 0; result == 0 && i < names.count; i++)
        result = add_from_folder(files, folder, names.list[i], &room, error);
    names_release(&names);
    if (result != 0)
        rulefiles_release(files);
    return result;
}

/* The closing NUL counts too, so that moving a byte from a name to a text makes another digest. */
static uint64_t digest_text(uint64_t digest, const char *text)
{
    size_t len = strlen(text) + 1;
    for (size_t i = 0; i < len; i++)
        digest = (digest ^ (unsigned char)text[i]) * UINT64_C(0x100000001b3);
    return digest;
}

void rulefiles_digest(const struct rulefiles *files, struct buf *out)
{
    uint64_t digest = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i < files->count; i++) {
        digest = digest_text(digest, files->list[i].name);
        digest = digest_text(digest, files->list[i].text);
    }
    buf_addf(out, "%016llx", (unsigned long long)digest);
}

int rulefiles_are_in(const struct rulefiles *files, const char *folder)
{
    struct rulefiles there = { 0 };
    int is_same = rulefiles_read(folder, &there, NULL);

    if (is_same == 0)
        is_same = there.count == files->count;
    for (size_t i = 0; is_same == 1 && i < files->count; i++)
        is_same = strcmp(files->list[i].name, there.list[i].name) == 0 &&
                  strcmp(files->list[i].text, there.list[i].text) == 0;
    rulefiles_release(&there);
    return is_same;
}
