/* summary: conversations as customers have them, and the line that is left of each. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/alloc.h"
#include "base/utf8.h"
#include "desk/story.h"
#include "desk/summary.h"

/*
 * A conversation, a line for each text:
 *     > rule | …  of the customer, answered by that rule          ? …  that nobody answered
 *     = …         that a step of a dialogue took                  @ …  that a backend answered
 *     ! …         that was handed over                            x …  that opted out
 *     < …         of the bot          & …  of a person            #    a picture of the customer, unanswered
 */
struct told {
    const char *language, *lines;
    const char *variables, *flow, *flow_end, *team, *backend;
    const char *closed_by; /* NULL: it was handed over */
    bool is_opted_out;
    bool is_held; /* when it was closed */
    const char *wanted;
};

static void add(struct story *story, enum story_voice voice, const char *text, const char *rule, const char *action, bool answered)
{
    story->texts = alloc_resize(story->texts, story->text_count + 1, sizeof *story->texts);
    story->texts[story->text_count++] = (struct story_text){ .voice = voice,
                                                             .text = alloc_text(text),
                                                             .rule = alloc_text(rule),
                                                             .action = alloc_text(action),
                                                             .is_answered = answered,
                                                             .is_polite = voice == VOICE_CUSTOMER && summary_is_courtesy(text) };
    story->has_person_spoken |= voice == VOICE_PERSON;
}

static void add_line(struct story *story, char *line)
{
    char *text = line[1] == ' ' ? line + 2 : line + 1, *bar;

    switch (line[0]) {
    case '>':
        bar = strstr(text, " | ");
        assert_non_null(bar);
        *bar = '\0';
        add(story, VOICE_CUSTOMER, bar + 3, text, "say", true);
        break;
    case '?': add(story, VOICE_CUSTOMER, text, "", "none", false); break;
    case '=': add(story, VOICE_CUSTOMER, text, "", "step", true); break;
    case '@': add(story, VOICE_CUSTOMER, text, "rest", "consult", true); break;
    case '!': add(story, VOICE_CUSTOMER, text, "person", "handoff", false); break;
    case 'x': add(story, VOICE_CUSTOMER, text, "stop", "opt_out", true); break;
    case '<': add(story, VOICE_BOT, text, "", "", false); break;
    case '&': add(story, VOICE_PERSON, text, "", "", false); break;
    case '#':
        add(story, VOICE_CUSTOMER, "", "", "none", false);
        story->texts[story->text_count - 1].has_media = true;
        break;
    default: fail_msg("no line: %s", line);
    }
}

static void make(const struct told *told, struct story *story)
{
    char *lines = alloc_text(told->lines), *place, *line;

    *story = (struct story){ .language = told->language, .is_close = told->closed_by != NULL,
                             .is_held = told->is_held || told->closed_by == NULL,
                             .is_opted_out = told->is_opted_out };
    for (line = strtok_r(lines, "\n", &place); line != NULL; line = strtok_r(NULL, "\n", &place))
        add_line(story, line);
    if (told->flow != NULL) {
        story->flows = alloc_array(1, sizeof *story->flows);
        story->flows[story->flow_count++] = (struct story_flow){ alloc_text(told->flow), alloc_text(told->flow_end) };
    }
    if (told->backend != NULL)
        story->backends[story->backend_count++] = alloc_text(told->backend);
    buf_add_text(&story->variables, told->variables);
    snprintf(story->team, sizeof story->team, "%s", told->team != NULL ? told->team : "");
    snprintf(story->closed_by, sizeof story->closed_by, "%s", told->closed_by != NULL ? told->closed_by : "");
    free(lines);
}

#define IDLE .closed_by = "idle"

static const struct told TOLD[] = {
#include "tests/unit/summary_told.h"
};

static void each_conversation_leaves_the_line_that_tells_it(void **state)
{
    size_t wrong = 0;

    (void)state;
    for (size_t i = 0; i < sizeof TOLD / sizeof *TOLD; i++) {
        struct story story;
        struct buf out = { 0 };

        make(&TOLD[i], &story);
        summary_write(&story, &out);
        if (strcmp(buf_text(&out), TOLD[i].wanted) != 0) {
            print_error("%zu:\n  wanted %s\n  got    %s\n", i, TOLD[i].wanted, buf_text(&out));
            wrong++;
        }
        story_release(&story);
        buf_release(&out);
    }
    assert_int_equal(wrong, 0);
}

/* Bounds */

static void check_line(const struct story *story)
{
    struct buf out = { 0 };
    uint32_t code;

    summary_write(story, &out);
    assert_true(utf8_is_valid(buf_text(&out), out.len));
    assert_in_range(utf8_count(buf_text(&out), out.len), 1, SUMMARY_MAX);
    for (size_t at = 0; at < out.len; at += utf8_decode(out.data + at, out.len - at, &code)) {
        utf8_decode(out.data + at, out.len - at, &code);
        if (utf8_is_control(code))
            fail_msg("a control character in: %s", buf_text(&out));
    }
    buf_release(&out);
}

static void whatever_was_said_it_is_one_line_of_255_characters_at_most(void **state)
{
    static const char *const HOSTILE[] = {
        "? \x1b[31mred\x1b[0m \xe2\x80\xae txet ,siht etirw I yaw eht si thgir ot tfel morf", "? ”””””””””””””” ““““““““ «»«»«»",
        "? 👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦👨‍👩‍👧‍👦 5 ?",
        "? {{ summary }} {% raw %} {{${email_address}}}", "? ................ ???? !!!! 。。。。", "? ﷽﷽﷽﷽﷽﷽﷽﷽ what ﷽﷽﷽﷽﷽﷽﷽﷽﷽﷽﷽﷽﷽﷽﷽﷽﷽",
    };
    static const char *const LANGUAGES[] = { "en", "ko", "es", "pt-BR", "" };

    (void)state;
    for (size_t i = 0; i < sizeof HOSTILE / sizeof *HOSTILE; i++)
        for (size_t j = 0; j < sizeof LANGUAGES / sizeof *LANGUAGES; j++) {
            struct told told = { LANGUAGES[j], HOSTILE[i], .closed_by = "idle", .flow = HOSTILE[i], .flow_end = "expired",
                                 .backend = HOSTILE[i], .team = "a team with a name that goes on and on, as people write them" };
            struct story story;

            make(&told, &story);
            check_line(&story);
            story.is_close = false;
            check_line(&story);
            story_release(&story);
        }
}

/* Collected values of all lengths leave the customer's words all kinds of room. */
static void however_much_room_is_left_it_is_filled_to_255_and_not_beyond(void **state)
{
    static const char LONG[] = "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx";
    size_t longest = 0;

    (void)state;
    for (int pad = 0; pad < 3 * 38; pad++) {
        char variables[400];
        int first = pad < 38 ? pad : 38, second = pad - first < 38 ? pad - first : 38;
        struct told told = { "en",
                             "> a | What does it cost when I order the 2 big blue washing machines and want them delivered on Sunday "
                             "to the old town before noon?\n"
                             "> b | My neighbour upstairs has exactly the same model in his kitchen since the winter of the flood\n"
                             "> c | Our house stands behind the church next to the school with a narrow staircase of stone\n"
                             "? ﷽﷽﷽ The dog of my aunt sleeps in the hall and barks whenever a stranger rings the bell",
                             IDLE, .variables = variables, .flow = "order", .flow_end = "done" };
        struct story story;
        struct buf out = { 0 };
        size_t count;

        snprintf(variables, sizeof variables, "{\"a\":\"1%.*s\",\"b\":\"1%.*s\",\"c\":\"1%.*s\"}", first, LONG, second, LONG,
                 pad - first - second, LONG);
        make(&told, &story);
        check_line(&story);
        summary_write(&story, &out);
        count = utf8_count(buf_text(&out), out.len);
        longest = count > longest ? count : longest;
        buf_release(&out);
        story_release(&story);
    }
    assert_in_range(longest, 250, SUMMARY_MAX);
}

/* The texts, each a message of the customer's, in one summary. */
static void summarize(const char *const *texts, struct buf *out)
{
    struct story story = { .language = "en", .is_close = true, .closed_by = "idle" };

    for (; *texts != NULL; texts++)
        add(&story, VOICE_CUSTOMER, *texts, "", "none", false);
    summary_write(&story, out);
    story_release(&story);
}

static void no_break_lets_a_secret_through(void **state)
{
    static const char *const TEXTS[][3] = {
        { "my card is 4111 1111\n1111 1111, did the payment of 20 euros go through?" },
        { "card no. 4111.1111.1111.1111 is it ok?" },
        { "it is 4\xe2\x80\x8b""111 1111 1１11 1111, is it ok?" }, /* a blank of no width, and a wide digit */
        { "4111-1111-", "1111-1111 is my card, ok?" },
        { "my password is\nsecret4711 and my order 12345 is late, where is it?" },
        { "Hello. My password is:\n\nsecret4711" },
        { "비밀번호는", "secret4711 이에요" },
        { "mi contraseña nueva es", "\nsecret4711" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++) {
        struct buf out = { 0 };

        summarize(TEXTS[i], &out);
        if (strstr(buf_text(&out), "4711") != NULL || strstr(buf_text(&out), "111 1") != NULL || strstr(buf_text(&out), "11.1") != NULL ||
            strstr(buf_text(&out), "“,") != NULL)
            fail_msg("%s", buf_text(&out));
        buf_release(&out);
    }
}

static void two_hundred_messages_leave_what_was_asked_and_not_the_chatter(void **state)
{
    struct story story = { .language = "en", .is_close = true, .closed_by = "idle" };
    struct buf out = { 0 };
    char chatter[40];

    (void)state;
    for (int i = 0; i < 200; i++) {
        snprintf(chatter, sizeof chatter, i % 3 == 0 ? "ok thanks" : "hmm well number %d", i);
        add(&story, VOICE_CUSTOMER, i == 120 ? "Can you send the 3 invoices for March to my accountant?" : chatter, "rest", "say", true);
    }
    summary_write(&story, &out);
    assert_non_null(strstr(buf_text(&out), "“Can you send the 3 invoices for March to my accountant?”"));
    assert_null(strstr(buf_text(&out), "thanks"));
    check_line(&story);
    buf_release(&out);
    story_release(&story);
}

/* Is the question quoted that was asked before `count` texts of `len` bytes, each `unit` over and over, and a word? */
static bool is_found_before(const char *unit, size_t count, size_t len)
{
    static const char QUESTION[] = "Where is the cake that I ordered on Monday, number 7?";
    struct story story = { .language = "en", .is_close = true, .closed_by = "idle" };
    struct buf text = { 0 }, out = { 0 };
    bool is_found;

    while (text.len < len)
        buf_add_text(&text, unit);
    buf_truncate(&text, len);
    add(&story, VOICE_CUSTOMER, QUESTION, "", "none", false);
    for (size_t i = 0; i < count; i++)
        add(&story, VOICE_CUSTOMER, buf_text(&text), "", "none", false);
    add(&story, VOICE_CUSTOMER, "mud", "", "none", false);
    summary_write(&story, &out);
    is_found = strstr(buf_text(&out), QUESTION) != NULL;
    buf_release(&text);
    buf_release(&out);
    story_release(&story);
    return is_found;
}

static void of_a_long_conversation_the_newest_8_kilobytes_are_looked_at(void **state)
{
    (void)state;
    assert_true(is_found_before("mud ", 3, 2000));
    assert_true(is_found_before("mud ", 4, 2000));
    assert_false(is_found_before("mud ", 5, 2000));
}

/* Those that tell nothing, too: they take as long. */
static void of_many_sentences_the_newest_400_are_looked_at(void **state)
{
    (void)state;
    assert_true(is_found_before("hi. ", 1, 398 * 4 - 1));
    assert_false(is_found_before("hi. ", 1, 399 * 4 - 1));
    assert_true(is_found_before("mud. ", 1, 398 * 5 - 1));
    assert_false(is_found_before("mud. ", 1, 399 * 5 - 1));
}

static void a_name_of_ten_thousand_characters_is_cut_between_graphemes(void **state)
{
    struct story story = { .language = "en", .is_close = true, .closed_by = "idle" };
    struct buf text = { 0 }, out = { 0 };

    (void)state;
    buf_add_text(&text, "Where is ");
    for (int i = 0; i < 2500; i++)
        buf_add_text(&text, "é");
    buf_add_text(&text, "?");
    add(&story, VOICE_CUSTOMER, buf_text(&text), "", "none", false);
    summary_write(&story, &out);
    assert_non_null(strstr(buf_text(&out), "Last message unanswered"));
    assert_null(strstr(buf_text(&out), "e…”")); /* without its accent it would be another letter */
    check_line(&story);
    buf_release(&text);
    buf_release(&out);
    story_release(&story);
}

/* Outcomes */

static void the_outcome_is_the_first_that_is_true(void **state)
{
    static const struct told CASES[] = {
        { "en", "x stop\n& Sorry to see you go.", .closed_by = "idle", .is_opted_out = true, .wanted = "opted_out" },
        { "en", "? What now?\n& Wait.", .closed_by = "idle", .wanted = "person" },
        { "en", "! A person please", .team = "support", .wanted = "person" },
        { "en", "> hours | When?\n? And on Sunday?", .closed_by = "idle", .wanted = "unanswered" },
        { "en", "> hours | When?\n? ok thanks", .closed_by = "idle", .wanted = "answered" },
        { "en", "? hi", .closed_by = "idle", .wanted = "unanswered" },
        { "en", "> hello | hi\n? 👍\n? ok", .closed_by = "idle", .wanted = "answered" },
        { "en", "? hi\n> hello | hello\n? ok", .closed_by = "idle", .wanted = "answered" },
        { "en", "? hi\n? ok", .closed_by = "idle", .wanted = "unanswered" },
        { "en", "> hours | When?\n#", .closed_by = "idle", .wanted = "unanswered" },
        { "en", "> table | A table\n? And parking?", .flow = "table", .flow_end = "done", .closed_by = "idle", .wanted = "unanswered" },
        { "en", "> table | A table\n= 4", .flow = "table", .flow_end = "done", .closed_by = "idle", .wanted = "flow_done" },
        { "en", "> table | A table\n= 4", .flow = "table", .flow_end = "closed", .closed_by = "flow", .wanted = "flow_done" },
        { "en", "> table | A table", .flow = "table", .flow_end = "expired", .closed_by = "idle", .wanted = "flow_left" },
        { "en", "> table | A table", .flow = "table", .flow_end = "close", .closed_by = "person", .wanted = "flow_left" },
        { "en", "> table | A table", .flow = "table", .flow_end = "", .closed_by = "idle", .wanted = "flow_done" },
        { "en", "", .closed_by = "person", .wanted = "answered" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        struct story story;

        make(&CASES[i], &story);
        assert_string_equal(story_outcome(&story), CASES[i].wanted);
        story_release(&story);
    }
}

/* A hundred thanks, and a word behind them. */
static bool is_courtesy_before(const char *last)
{
    struct buf text = { 0 };
    bool result;

    for (int i = 0; i < 100; i++)
        buf_add_text(&text, i % 3 == 2 ? "감사합니다 " : "thanks, ");
    buf_add_text(&text, last);
    result = summary_is_courtesy(buf_text(&text));
    buf_release(&text);
    return result;
}

static void a_long_courtesy_is_read_to_its_end(void **state)
{
    static const char *const THANKS[] = { "Hi", "thanks thanks thanks thanks thanks thanks thanks thanks thanks thanks thanks thanks thanks "
                                          "thanks thanks thanks thanks thanks thanks thanks thanks thanks thanks thanks thanks thanks "
                                          "thanks thanks thanks thanks thanks thanks thanks thanks thanks thanks thanks thanks thanks "
                                          "thanks thanks thanks thanks thanks thanks thanks thanks thanks thanks thanks and my refund?",
                                          NULL };
    struct buf out = { 0 };

    (void)state;
    assert_true(is_courtesy_before("ok"));
    assert_true(is_courtesy_before("…"));
    assert_false(is_courtesy_before("where is my refund?"));
    assert_false(is_courtesy_before("환불"));
    summarize(THANKS, &out);
    assert_non_null(strstr(buf_text(&out), "Customer: “thanks"));
    buf_release(&out);
}

static void courtesies_are_told_from_what_is_asked(void **state)
{
    static const char *const POLITE[] = { "", "Hi!", "Good morning", "thank you so much!!", "no thanks", "ok 👍", "hola buenas tardes",
                                          "muchas gracias", "네", "안녕하세요~", "감사합니다 ㅎㅎ", "넵 수고하세요!", "ㅋㅋㅋㅋ", "how are you?",
                                          "Hello, I have a question", "ありがとうございます", "谢谢", "🙏🙏",
                                          "Just a quick question.", "Hi, can you help me?", "Hola, solo una pregunta", "질문 하나 있어요",
                                          "안녕하세요 궁금한 게 있는데요" };
    static const char *const TELLING[] = { "12", "hours", "hi, where are you?", "영업시간", "네 내일이요", "gracias pero no llegó", "yes 4 people",
                                           "Just a quick question about my bill", "solo una pregunta: ¿abren hoy?", "질문 하나, 주차 되나요?" };

    (void)state;
    for (size_t i = 0; i < sizeof POLITE / sizeof *POLITE; i++)
        if (!summary_is_courtesy(POLITE[i]))
            fail_msg("%s", POLITE[i]);
    for (size_t i = 0; i < sizeof TELLING / sizeof *TELLING; i++)
        if (summary_is_courtesy(TELLING[i]))
            fail_msg("%s", TELLING[i]);
}

int main(void)
{
    static const struct CMUnitTest TESTS[] = {
        cmocka_unit_test(each_conversation_leaves_the_line_that_tells_it),
        cmocka_unit_test(whatever_was_said_it_is_one_line_of_255_characters_at_most),
        cmocka_unit_test(however_much_room_is_left_it_is_filled_to_255_and_not_beyond),
        cmocka_unit_test(no_break_lets_a_secret_through),
        cmocka_unit_test(two_hundred_messages_leave_what_was_asked_and_not_the_chatter),
        cmocka_unit_test(of_a_long_conversation_the_newest_8_kilobytes_are_looked_at),
        cmocka_unit_test(of_many_sentences_the_newest_400_are_looked_at),
        cmocka_unit_test(a_name_of_ten_thousand_characters_is_cut_between_graphemes),
        cmocka_unit_test(the_outcome_is_the_first_that_is_true),
        cmocka_unit_test(a_long_courtesy_is_read_to_its_end),
        cmocka_unit_test(courtesies_are_told_from_what_is_asked),
    };

    return cmocka_run_group_tests(TESTS, NULL, NULL);
}
