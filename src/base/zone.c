/*
 * zone: local time anywhere.
 *
 * glibc knows one time zone per process and learns another only through the environment, which threads
 * share. So tzdata's files are read here, all of them, once, at open: 600 files of a few kilobytes take
 * some milliseconds, and afterwards the table is immutable and may be read by any thread.
 *
 * The names come from tzdata's own index: tzdata.zi holds zones and links, line by line; where it is
 * missing, zone.tab gives at least one name for each region. A name is checked before it becomes a path
 * (letters, digits, "_", "-", "+" and "/", no part that begins with a dot), and a name from outside is
 * searched in the finished table and never reaches the file system. "UTC" is always there.
 *
 * Time of day is a list of spans, each with one offset. A moment's local time adds the offset of its span.
 * A wall time's moment is searched from span to span, beginning at the earliest that it could be in any
 * zone: the first span in which "wall time less offset" lies inside is the answer, which in an overlap is
 * the first of two. A wall time that passes a span's end before the next span's begin lies in a gap, and
 * its moment is the one at which the gap ends.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/calendar.h"
#include "base/zone.h"
#include "base/zone_file.h"

enum {
    MAX_NAME = 64,
    MAX_ZONE_FILE = 256 * 1024,
    MAX_INDEX_FILE = 4 * 1024 * 1024,
    MAX_OFFSET = 26 * 3600,
    DAY_SECONDS = 86400,
};

static const int64_t LAST_SECOND = INT64_MAX / 1000 - MAX_OFFSET;

static const char FOLDER[] = "/usr/share/zoneinfo";

struct zone {
    char *name;
    struct zone_file file;
};

struct zones {
    struct zone *list; /* in order of names */
    size_t count, room;
};

/* Reads at most `max` bytes of folder/name. 0 or -1. */
static int read_file(const char *folder, const char *name, size_t max, struct buf *out)
{
    struct buf path = { 0 };

    buf_addf(&path, "%s/%s", folder, name);
    int descriptor = open(path.data, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    buf_release(&path);
    if (descriptor < 0)
        return -1;
    ssize_t got;
    do {
        buf_reserve(out, 16384);
        got = read(descriptor, out->data + out->len, 16384);
        out->len += got > 0 ? (size_t)got : 0;
        out->data[out->len] = '\0';
    } while (got > 0 && out->len <= max);
    close(descriptor);
    return got == 0 ? 0 : -1;
}

static bool is_name(const char *name, size_t len)
{
    if (len == 0 || len > MAX_NAME)
        return false;
    for (size_t i = 0; i < len; i++) {
        bool begins_part = i == 0 || name[i - 1] == '/';
        char c = name[i];

        if ((c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
            continue;
        if (begins_part || (c != '_' && c != '-' && c != '+' && c != '/'))
            return false;
    }
    return true;
}

static void add_zone(struct zones *zones, const char *name, const struct zone_file *file)
{
    if (zones->count == zones->room) {
        zones->room = zones->room > 0 ? 2 * zones->room : 64;
        zones->list = alloc_resize(zones->list, zones->room, sizeof *zones->list);
    }
    zones->list[zones->count++] = (struct zone){ alloc_text(name), *file };
}

static void load_zone(struct zones *zones, const char *folder, const char *name, size_t len)
{
    char text[MAX_NAME + 1];
    struct buf bytes = { 0 };
    struct zone_file file;

    if (!is_name(name, len))
        return;
    memcpy(text, name, len);
    text[len] = '\0';
    if (read_file(folder, text, MAX_ZONE_FILE, &bytes) == 0 &&
        zone_file_parse((const unsigned char *)bytes.data, bytes.len, &file) == 0)
        add_zone(zones, text, &file);
    buf_release(&bytes);
}

/* The n-th word of a line, counted from 0. Returns its length, 0 when there is none. */
static size_t find_word(const char *line, size_t n, const char *blanks, const char **word)
{
    const char *at = line + strspn(line, blanks);

    for (; n > 0; n--) {
        at += strcspn(at, blanks);
        at += strspn(at, blanks);
    }
    *word = at;
    return strcspn(at, blanks);
}

/* "Z name …" is a zone, "L target name" another name for one. */
static size_t find_name_in_source(const char *line, const char **name)
{
    if (line[0] != 'Z' && line[0] != 'L')
        return 0;
    return find_word(line, line[0] == 'Z' ? 1 : 2, " ", name);
}

/* "KR <tab> +3733+12658 <tab> Asia/Seoul" */
static size_t find_name_in_tab(const char *line, const char **name)
{
    return line[0] == '#' ? 0 : find_word(line, 2, "\t", name);
}

struct index_file {
    const char *name;
    size_t (*find_name)(const char *line, const char **name);
};

/* The first that can be read is used. */
static const struct index_file INDEXES[] = {
    { "tzdata.zi", find_name_in_source },
    { "zone.tab", find_name_in_tab },
    { "zone1970.tab", find_name_in_tab },
};

static void load_indexed(struct zones *zones, const char *folder, const struct index_file *index, char *text)
{
    char *rest = text;

    for (char *line = strsep(&rest, "\n"); line != NULL; line = strsep(&rest, "\n")) {
        const char *name;
        size_t len = index->find_name(line, &name);

        if (len > 0)
            load_zone(zones, folder, name, len);
    }
}

static void load_all(struct zones *zones, const char *folder)
{
    for (size_t i = 0; i < sizeof INDEXES / sizeof INDEXES[0]; i++) {
        struct buf text = { 0 };
        bool is_read = read_file(folder, INDEXES[i].name, MAX_INDEX_FILE, &text) == 0;

        if (is_read)
            load_indexed(zones, folder, &INDEXES[i], text.data);
        buf_release(&text);
        if (is_read)
            return;
    }
}

static int compare_zones(const void *a, const void *b)
{
    const struct zone *left = a, *right = b;

    return strcmp(left->name, right->name);
}

static int compare_name(const void *name, const void *zone)
{
    return strcmp(name, ((const struct zone *)zone)->name);
}

static void sort_zones(struct zones *zones)
{
    if (zones->count > 0)
        qsort(zones->list, zones->count, sizeof *zones->list, compare_zones);
}

/* UTC needs no file: it is a rule without summer time. */
static void add_utc(struct zones *zones)
{
    struct zone_file file = { .has_rule = true };

    if (zone_rule_parse("UTC0", &file.rule) != 0)
        abort();
    add_zone(zones, "UTC", &file);
}

static void complete(struct zones *zones)
{
    sort_zones(zones);
    if (zones_find(zones, "UTC") == NULL) {
        add_utc(zones);
        sort_zones(zones);
    }
}

struct zones *zones_open(const char *folder)
{
    struct zones *zones = alloc_new(sizeof *zones);

    load_all(zones, folder != NULL ? folder : FOLDER);
    complete(zones);
    return zones;
}

struct zones *zones_open_one(const char *name)
{
    struct zones *zones = alloc_new(sizeof *zones);

    load_zone(zones, FOLDER, name, strlen(name));
    complete(zones);
    return zones;
}

void zones_close(struct zones *zones)
{
    if (zones == NULL)
        return;
    for (size_t i = 0; i < zones->count; i++) {
        free(zones->list[i].name);
        zone_file_release(&zones->list[i].file);
    }
    free(zones->list);
    free(zones);
}

size_t zones_count(const struct zones *zones)
{
    return zones->count;
}

const struct zone *zones_find(const struct zones *zones, const char *name)
{
    if (name == NULL || zones->count == 0)
        return NULL;
    return bsearch(name, zones->list, zones->count, sizeof *zones->list, compare_name);
}

const char *zone_name(const struct zone *zone)
{
    return zone->name;
}

void zone_local(const struct zone *zone, int64_t at_ms, struct zone_time *out)
{
    int64_t at = calendar_floor(at_ms, 1000);
    struct zone_span span;
    int64_t year;

    zone_file_span(&zone->file, at, &span);
    at += span.type->offset_seconds;
    int64_t day = calendar_floor(at, DAY_SECONDS);
    int second = (int)calendar_rest(at, DAY_SECONDS);
    *out = (struct zone_time){
        .hour = second / 3600,
        .minute = second / 60 % 60,
        .second = second % 60,
        .weekday = calendar_weekday(day),
        .offset_seconds = span.type->offset_seconds,
    };
    calendar_date(day, &year, &out->month, &out->day);
    out->year = (int)year;
    out->yearday = (int)(day - calendar_day(year, 1, 1));
    memcpy(out->abbreviation, span.type->abbreviation, sizeof out->abbreviation);
}

/* Seconds since 1970 as if the wall time were UTC's. */
static int64_t wall_seconds(const struct zone_time *local)
{
    return calendar_day(local->year, local->month, local->day) * DAY_SECONDS + (int64_t)local->hour * 3600 +
           (int64_t)local->minute * 60 + local->second;
}

int64_t zone_moment(const struct zone *zone, const struct zone_time *local)
{
    int64_t wall = wall_seconds(local);
    struct zone_span span;

    /* Years beyond 292 million have no place in 64 bits of milliseconds. */
    if (wall > LAST_SECOND || wall < -LAST_SECOND)
        wall = wall > 0 ? LAST_SECOND : -LAST_SECOND;
    zone_file_span(&zone->file, wall - MAX_OFFSET, &span);
    for (;;) {
        int64_t at = wall - span.type->offset_seconds;

        if (at < span.start)
            return span.start * 1000;
        if (at < span.end)
            return at * 1000;
        zone_file_span(&zone->file, span.end, &span);
    }
}
