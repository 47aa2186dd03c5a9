/*
 * summary: see the header.
 *
 * How it ended stands last, and always; before it, as far as there is room: the customer's words, who answered them, the
 * dialogue, what was collected. The customer's words get what the others leave, and never less than QUOTES_LEAST.
 */
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/language.h"
#include "base/utf8.h"
#include "desk/story.h"
#include "desk/summary.h"
#include "desk/summary_pick.h"
#include "desk/summary_speech.h"
#include "desk/summary_word.h"
#include "text/cluster.h"
#include "text/fold.h"
#include "text/mask.h"

enum {
    QUOTES_LEAST = 110, /* characters of the customer's words, signs and label included; fewer where he said less */
    QUOTE_MOST = 120,   /* of one of several sentences */
    SIGNS = 3,          /* its quotation marks, and the blank before it */
    QUOTE_LEAST = 24,   /* a sentence is not cut shorter than that to fit in */
    NAME_MOST = 32,
    VALUE_MOST = 40,
    END_MOST = 60,      /* of how it ended, as the table below has it */
    NAMES_MAX = 4,
    VALUES_MAX = 6,
    WORD_BACK = 16      /* so far back a cut looks for the end of a word */
};

/* Sentences of the business's language. %s is filled in once. */
struct voice {
    const char *language;
    const char *open, *close;     /* quotation marks */
    const char *customer, *media, *nothing;
    const char *answered, *flow_done, *flow_left, *flow_handed_over, *collected;
    const char *opted_out, *person, *waited, *unanswered, *is_answered; /* outcomes that nothing before tells */
    const char *idle, *rule, *flow, *backend, *by_person;      /* who closed it */
    const char *handed_over, *handed_over_to;
};

static const struct voice VOICES[] = {
    { "en", "“", "”",
      "Customer: ", "The customer sent a picture or a file, without words.", "The customer wrote nothing.",
      "Answered by: %s.", "Flow %s: done.", "Flow %s: left.", "Flow %s: handed over.", "Collected: %s.",
      "Opted out", "A person took part", "Waited for a person", "Last message unanswered", "Answered",
      "closed after silence", "closed by a rule", "closed by the flow", "closed by the AI", "closed by a person",
      "Handed over to a person.", "Handed over to %s." },
    { "ko", "“", "”",
      "고객: ", "고객이 글 없이 사진이나 파일을 보냈습니다.", "고객이 쓴 글이 없습니다.",
      "답변: %s.", "흐름 %s: 완료.", "흐름 %s: 중단.", "흐름 %s: 직원에게 넘김.", "수집: %s.",
      "수신 거부", "직원 응대", "직원 기다림", "마지막 메시지에 답변 없음", "답변 완료",
      "대화가 끊겨 종료", "규칙으로 종료", "흐름에서 종료", "AI가 종료", "직원이 종료",
      "직원에게 넘김.", "%s에 넘김." },
    { "es", "«", "»",
      "Cliente: ", "El cliente envió una foto o un archivo, sin palabras.", "El cliente no escribió nada.",
      "Respondió: %s.", "Flujo %s: completo.", "Flujo %s: sin terminar.", "Flujo %s: pasado a una persona.", "Datos: %s.",
      "Se dio de baja", "Intervino una persona", "Esperaba a una persona", "Último mensaje sin respuesta", "Respondido",
      "cerrado por silencio", "cerrado por una regla", "cerrado por el flujo", "cerrado por la IA", "cerrado por una persona",
      "Pasado a una persona.", "Pasado a %s." },
};

static const struct voice *voice_of(const char *language)
{
    for (size_t i = 0; i < sizeof VOICES / sizeof *VOICES; i++)
        if (language_length(language) == 2 && strncmp(VOICES[i].language, language, 2) == 0)
            return &VOICES[i];
    return &VOICES[0];
}

/* Pieces */

static size_t characters(const struct buf *text)
{
    return utf8_count(buf_text(text), text->len);
}

/* A format of the table, filled in. */
static void add_filled(struct buf *out, const char *format, const char *text)
{
    const char *gap = strstr(format, "%s");

    buf_add(out, format, (size_t)(gap - format));
    buf_add_text(out, text);
    buf_add_text(out, gap + 2);
}

/* Without quotation marks that would end ours, `most` characters at the most: cut at the end of a word, if one is near. */
static void add_cut(struct buf *out, const char *text, size_t len, size_t most)
{
    static const char *const QUOTES[] = { "“", "”", "«", "»", "„", "‟" };
    struct buf line = { 0 };
    size_t end, back;

    for (size_t at = 0, step; at < len; at += step) {
        uint32_t code;

        step = utf8_decode(text + at, len - at, &code);
        step = step > 0 ? step : 1;
        for (size_t i = 0; i < sizeof QUOTES / sizeof *QUOTES; i++)
            if (strncmp(text + at, QUOTES[i], strlen(QUOTES[i])) == 0)
                code = '"';
        utf8_encode(code, &line);
    }
    end = cluster_floor(buf_text(&line), line.len, most);
    if (end < line.len) {
        end = cluster_floor(buf_text(&line), line.len, most - 1);
        for (back = end; back > 0 && end - back < WORD_BACK && line.data[back] != ' '; back--)
            ;
        if (back > 0 && line.data[back] == ' ')
            end = back;
    }
    buf_add(out, buf_text(&line), end);
    if (end < line.len)
        buf_add_text(out, "…");
    buf_release(&line);
}

/* The same for what comes from elsewhere: folded, and without secrets. */
static void add_clean(struct buf *out, const char *text, size_t most)
{
    struct buf folded = { 0 }, masked = { 0 };

    fold_shown(text, strlen(text), &folded);
    mask_text(buf_text(&folded), folded.len, &masked);
    add_cut(out, buf_text(&masked), masked.len, most);
    buf_release(&folded);
    buf_release(&masked);
}

/* One more sentence, where it fits. */
static void add_sentence(struct buf *out, const struct buf *sentence, size_t room)
{
    if (sentence->len == 0 || characters(sentence) + (out->len > 0) > room)
        return;
    if (out->len > 0)
        buf_add_char(out, ' ');
    buf_add(out, sentence->data, sentence->len);
}

/* Names, each once and shortened, as a list: "hours, prices, +2". */
struct names {
    const char *list[NAMES_MAX];
    size_t count, more;
};

static void note_name(struct names *names, const char *name)
{
    if (*name == '\0')
        return;
    for (size_t i = 0; i < names->count; i++)
        if (strcmp(names->list[i], name) == 0)
            return;
    if (names->count < NAMES_MAX)
        names->list[names->count++] = name;
    else
        names->more++;
}

static void join_names(const struct names *names, struct buf *out)
{
    for (size_t i = 0; i < names->count; i++) {
        buf_add_text(out, i > 0 ? ", " : "");
        add_clean(out, names->list[i], NAME_MOST);
    }
    if (names->more > 0)
        buf_addf(out, ", +%zu", names->more);
}

/* What it is made of */

/* What the end, the dialogue and the backends tell is no answer of a rule's own. */
static bool is_answer(const struct story_text *text)
{
    return text->voice == VOICE_CUSTOMER && text->is_answered && strcmp(text->action, "say") == 0;
}

static void write_answered(const struct story *story, const struct voice *voice, struct buf *out)
{
    struct names names = { 0 };
    struct buf list = { 0 };

    /* A rule that only greeted is named where nothing else answered. */
    for (size_t i = 0; i < story->text_count; i++)
        if (is_answer(&story->texts[i]) && !story->texts[i].is_polite)
            note_name(&names, story->texts[i].rule);
    for (size_t i = story->backend_count; i > 0; i--)
        note_name(&names, story->backends[i - 1]);
    for (size_t i = 0; i < story->text_count && names.count == 0; i++)
        if (is_answer(&story->texts[i]))
            note_name(&names, story->texts[i].rule);
    join_names(&names, &list);
    if (list.len > 0)
        add_filled(out, voice->answered, buf_text(&list));
    buf_release(&list);
}

static void write_flow(const struct story *story, const struct voice *voice, struct buf *out)
{
    const struct story_flow *last;
    struct buf name = { 0 };

    if (story->flow_count == 0)
        return;
    last = &story->flows[story->flow_count - 1];
    add_clean(&name, last->name, NAME_MOST);
    add_filled(out,
               story_flow_was_handed_over(last)   ? voice->flow_handed_over
               : story_flow_is_done(story, last) ? voice->flow_done
                                                 : voice->flow_left,
               buf_text(&name));
    buf_release(&name);
}

/* A value that could be taken for a sentence of ours stands between quotation marks. */
static bool needs_quotes(const char *value)
{
    return strpbrk(value, ".;:,") != NULL && strchr(value, ' ') != NULL;
}

static void write_value(const struct voice *voice, const char *name, const char *value, struct buf *out)
{
    bool is_quoted;

    value = mask_is_name(name, strlen(name)) ? MASK_DOTS : value;
    is_quoted = needs_quotes(value);
    buf_add_text(out, out->len > 0 ? ", " : "");
    add_clean(out, name, NAME_MOST);
    buf_addf(out, ": %s", is_quoted ? voice->open : "");
    add_clean(out, value, VALUE_MOST);
    buf_add_text(out, is_quoted ? voice->close : "");
}

static void write_collected(const struct story *story, const struct voice *voice, struct buf *out)
{
    struct json *object = NULL;
    struct buf list = { 0 };
    size_t count = 0;

    if (story->variables.len == 0 ||
        json_parse(buf_text(&story->variables), story->variables.len, JSON_FIRST_KEY_WINS, &object, NULL) < 0)
        return;
    for (const struct json *item = json_first(object); item != NULL && count < VALUES_MAX; item = json_next(item)) {
        struct buf value = { 0 };

        if (json_scalar(item, &value) && !fold_is_empty(buf_text(&value), value.len)) {
            write_value(voice, json_key(item), buf_text(&value), &list);
            count++;
        }
        buf_release(&value);
    }
    json_free(object);
    if (list.len > 0)
        add_filled(out, voice->collected, buf_text(&list));
    buf_release(&list);
}

static const char *closed_by(const struct story *story, const struct voice *voice)
{
    const struct {
        const char *name, *words;
    } WAYS[] = { { "idle", voice->idle }, { "rule", voice->rule }, { "flow", voice->flow }, { "backend", voice->backend } };

    for (size_t i = 0; i < sizeof WAYS / sizeof *WAYS; i++)
        if (strcmp(WAYS[i].name, story->closed_by) == 0)
            return WAYS[i].words;
    return voice->by_person;
}

/* "" where a sentence before tells it: the dialogue's, or the one that says who answered. */
static const char *outcome_words(const struct story *story, const struct voice *voice, bool says_who)
{
    const char *outcome = story_outcome(story);

    if (strcmp(outcome, "opted_out") == 0)
        return voice->opted_out;
    if (strcmp(outcome, "person") == 0)
        return story->has_person_spoken ? voice->person : voice->waited;
    if (strcmp(outcome, "unanswered") == 0)
        return voice->unanswered;
    return strcmp(outcome, "answered") == 0 && !says_who ? voice->is_answered : "";
}

/* The first letter large, where an alphabet has such. */
static void add_capital(struct buf *out, const char *words)
{
    size_t at = out->len;

    buf_add_text(out, words);
    if (out->data[at] >= 'a' && out->data[at] <= 'z')
        out->data[at] = (char)(out->data[at] - 'a' + 'A');
}

static void write_end(const struct story *story, const struct voice *voice, bool says_who, struct buf *out)
{
    const char *outcome = outcome_words(story, voice, says_who);
    struct buf team = { 0 };

    if (!story->is_close) {
        add_clean(&team, story->team, NAME_MOST);
        if (team.len > 0)
            add_filled(out, voice->handed_over_to, buf_text(&team));
        else
            buf_add_text(out, voice->handed_over);
    } else if (*outcome != '\0') {
        buf_addf(out, "%s; %s.", outcome, closed_by(story, voice));
    } else {
        add_capital(out, closed_by(story, voice));
        buf_add_char(out, '.');
    }
    buf_release(&team);
}

/* The customer's words */

static void add_quote(const struct voice *voice, const char *text, size_t len, size_t most, struct buf *out)
{
    static const char WIDE_STOP[] = "。";
    size_t wide = sizeof WIDE_STOP - 1;

    while (len > 0 && (text[len - 1] == '.' || text[len - 1] == ' '))
        len--;
    if (len > wide && memcmp(text + len - wide, WIDE_STOP, wide) == 0)
        len -= wide;
    buf_addf(out, "%s%s", out->len > 0 ? " " : "", voice->open);
    add_cut(out, text, len, most);
    buf_add_text(out, voice->close);
}

static size_t quote_length(const struct pick *pick, size_t most)
{
    size_t count = utf8_count(pick->text, pick->len);

    return (count < most ? count : most) + SIGNS;
}

/* As many of the best as fit, the first of them always. Back in the order in which they were said. */
static size_t fit(const struct pick *picks, size_t count, size_t room, const struct pick *taken[PICKS_MAX],
                  size_t most[PICKS_MAX])
{
    size_t kept = 0;

    for (size_t i = 0; i < count && room > QUOTE_LEAST; i++) {
        size_t limit = count > 1 && room > QUOTE_MOST + SIGNS ? QUOTE_MOST : room - SIGNS, at;

        /* A sentence that would have to be cut goes only first. */
        if (i > 0 && quote_length(&picks[i], SIZE_MAX) > room)
            continue;
        for (at = kept; at > 0 && taken[at - 1]->place > picks[i].place; at--) {
            taken[at] = taken[at - 1];
            most[at] = most[at - 1];
        }
        taken[at] = &picks[i];
        most[at] = limit;
        kept++;
        room -= quote_length(&picks[i], limit);
    }
    return kept;
}

/* Laughter, and short forms as ㅇㅇ, are written in single letters. */
static bool has_word(const struct speech_sentence *sentence)
{
    struct said_word words[SAID_WORDS_MAX];
    size_t count = said_words(sentence->text, sentence->len, words);
    uint32_t code;

    for (size_t i = 0; i < count; i++) {
        utf8_decode(words[i].plain, strlen(words[i].plain), &code);
        if (code < 0x3131 || code > 0x318e)
            return true;
    }
    return false;
}

/* All of the first text with a word in it; of none, the first with anything to be seen. len 0: there is none. */
static struct speech_sentence first_text(const struct speech *speech)
{
    struct speech_sentence first = { 0 };
    bool is_word = false;

    for (size_t i = 0; i < speech->count; i++) {
        const struct speech_sentence *next = &speech->list[i];

        if (first.len > 0 && first.of == next->of)
            first.len = (size_t)(next->text + next->len - first.text);
        else if (next->len > 0 && (first.len == 0 || (!is_word && has_word(next))))
            first = *next;
        is_word |= next->of == first.of && has_word(next);
    }
    return first;
}

/* Only courtesies were said, or nothing. */
static void write_the_rest(const struct story *story, const struct speech *speech, const struct voice *voice, struct buf *out)
{
    struct speech_sentence first = first_text(speech);
    struct buf line = { 0 }, quote = { 0 };
    bool has_media = false;

    if (first.len > 0) {
        fold_shown(first.text, first.len, &line); /* its lines become one */
        add_quote(voice, buf_text(&line), line.len, QUOTE_MOST, &quote);
        buf_addf(out, "%s%s.", voice->customer, buf_text(&quote));
        buf_release(&line);
        buf_release(&quote);
        return;
    }
    for (size_t i = 0; i < story->text_count; i++)
        has_media |= story->texts[i].voice == VOICE_CUSTOMER && story->texts[i].has_media;
    buf_add_text(out, has_media ? voice->media : voice->nothing);
}

struct quotable { /* owned */
    struct speech speech;
    struct pick picks[PICKS_MAX];
    size_t count;
};

static void write_quotes(const struct story *story, const struct quotable *quotable, const struct voice *voice, size_t room,
                         struct buf *out)
{
    const struct pick *taken[PICKS_MAX];
    size_t most[PICKS_MAX], count, label = utf8_count(voice->customer, strlen(voice->customer));
    struct buf quotes = { 0 };

    if (quotable->count == 0) {
        write_the_rest(story, &quotable->speech, voice, out);
        return;
    }
    count = fit(quotable->picks, quotable->count, room - label - 1, taken, most);
    for (size_t i = 0; i < count; i++)
        add_quote(voice, taken[i]->text, taken[i]->len, most[i], &quotes);
    buf_addf(out, "%s%s.", voice->customer, buf_text(&quotes));
    buf_release(&quotes);
}

/* All of it */

/* What the customer's words leave to all others, at least. */
static size_t room_beside(const struct story *story, const struct quotable *quotable, const struct voice *voice)
{
    struct buf quotes = { 0 };
    size_t count;

    write_quotes(story, quotable, voice, QUOTES_LEAST, &quotes);
    count = characters(&quotes);
    buf_release(&quotes);
    return SUMMARY_MAX - count - 1;
}

void summary_write(const struct story *story, struct buf *out)
{
    const struct voice *voice = voice_of(story->language);
    struct buf answered = { 0 }, flow = { 0 }, collected = { 0 }, end = { 0 }, quotes = { 0 }, rest = { 0 };
    struct quotable quotable;
    size_t room;

    speech_init(&quotable.speech, story);
    quotable.count = summary_pick(&quotable.speech, quotable.picks);
    room = room_beside(story, &quotable, voice);
    write_answered(story, voice, &answered);
    write_flow(story, voice, &flow);
    write_collected(story, voice, &collected);
    /* What was collected is worth more than who answered; they keep their places. */
    room -= END_MOST;
    if (characters(&flow) + characters(&collected) + characters(&answered) + 2 > room)
        buf_clear(&answered);
    write_end(story, voice, answered.len > 0, &end);
    add_sentence(&rest, &answered, room);
    add_sentence(&rest, &flow, room);
    add_sentence(&rest, &collected, room);
    add_sentence(&rest, &end, room + END_MOST);
    write_quotes(story, &quotable, voice, SUMMARY_MAX - characters(&rest) - 1, &quotes);
    buf_addf(out, "%s %s", buf_text(&quotes), buf_text(&rest));
    buf_release(&answered);
    buf_release(&flow);
    buf_release(&collected);
    buf_release(&end);
    buf_release(&quotes);
    buf_release(&rest);
    speech_release(&quotable.speech);
}

bool summary_is_courtesy(const char *text)
{
    struct said_word words[SAID_WORDS_MAX];

    return said_is_courtesy(text, strlen(text), words, said_words(text, strlen(text), words));
}

bool summary_is_worth_it(const struct story *story)
{
    for (size_t i = 0; i < story->text_count; i++)
        if (story->texts[i].voice == VOICE_CUSTOMER && !story->texts[i].is_polite)
            return true;
    return false;
}
