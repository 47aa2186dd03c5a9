/*
 * exchange: what was said, with the words that rules took it by, on a terminal, as a page and for programs.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/buf.h"
#include "ctl/output.h"

struct screen {
    struct buf put, talk;
};

static void put(void *context, const char *bytes, size_t len)
{
    buf_add(&((struct screen *)context)->put, bytes, len);
}

static void talk(void *context, const char *bytes, size_t len)
{
    buf_add(&((struct screen *)context)->talk, bytes, len);
}

static struct output *begin(struct screen *screen, enum output_form form, size_t columns)
{
    *screen = (struct screen){ 0 };
    return output_new(form, &(struct output_place){ .put = put,
                                                    .talk = talk,
                                                    .context = screen,
                                                    .columns = columns,
                                                    .is_terminal = columns > 0,
                                                    .has_colour = columns > 0 });
}

static void show(struct output *output, const struct exchange_line *line)
{
    output_exchange(output, "messages", EXCHANGE_TRANSCRIPT);
    output_line(output, line);
    output_exchange_end(output);
    output_end(output);
}

static struct exchange_line said(const char *text, const char *word, const char *matched)
{
    size_t start = (size_t)(strstr(text, word) - text);

    return (struct exchange_line){ .id = 3, .kind = "in", .actor = "Ana", .text = text, .state = "answered", .reason = "",
                                   .rule = "hours", .conversation = 2, .matched = matched,
                                   .mark = { start, start + strlen(word) } };
}

static void has(struct screen *screen, const char *piece)
{
    if (strstr(buf_text(&screen->put), piece) == NULL)
        fail_msg("no %s in %s", piece, buf_text(&screen->put));
}

static void done(struct screen *screen)
{
    buf_release(&screen->put);
    buf_release(&screen->talk);
}

/* What stands before them is written out, and they are broken over two lines. */
static void words_are_underlined_where_they_are_shown(void **state)
{
    struct exchange_line line = said("\x1b[2J are you ever going to be open on a sunday", "open on a", "[\"open on a\"]");
    struct screen screen;

    (void)state;
    show(begin(&screen, OUTPUT_TEXT, 62), &line);
    has(&screen, "\\x1b[2J are you ever going to be\n");
    has(&screen, "                            \x1b[4mopen on a\x1b[0m sunday\n");
    done(&screen);
    line = said("so are you in the end not open on a sunday", "open on a", "[\"open on a\"]");
    show(begin(&screen, OUTPUT_TEXT, 62), &line);
    has(&screen, "so are you in the end not \x1b[4mopen on\x1b[0m\n");
    has(&screen, "                            \x1b[4ma\x1b[0m sunday\n");
    done(&screen);
    show(begin(&screen, OUTPUT_TEXT, 0), &line);
    assert_null(strchr(buf_text(&screen.put), '\x1b'));
    done(&screen);
}

static void programs_are_told_rule_words_and_conversation(void **state)
{
    struct exchange_line line = said("open?", "open", "[\"open\"]");
    struct screen screen;

    (void)state;
    show(begin(&screen, OUTPUT_JSON, 0), &line);
    has(&screen, "\"conversation\":2,\"rule\":\"hours\",\"matched\":[\"open\"],\"media\":null}]}");
    done(&screen);
}

static void a_page_keeps_text_text(void **state)
{
    struct exchange_line line = said("</p><script>alert('x')</script> \"open\" & \u202e\x1b", "\"open\"", "[]");
    struct screen screen;

    (void)state;
    line.actor = "<b>&Ana";
    line.language = "ko\" onclick=\"x";
    line.buttons = "[\"<i>\",\"A\"]";
    show(begin(&screen, OUTPUT_HTML, 0), &line);
    has(&screen, "&lt;/p&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; <mark>&quot;open&quot;</mark> &amp; \\u{202e}\\x1b</p>");
    has(&screen, "<bdi>&lt;b&gt;&amp;Ana</bdi>");
    has(&screen, "<p class=\"text\" lang=\"\" dir=\"auto\">");
    has(&screen, "<li lang=\"\" dir=\"auto\">&lt;i&gt;</li>");
    has(&screen, "<time datetime=\"1970-01-01T00:00:00.000Z\">00:00:00</time>");
    assert_null(strstr(buf_text(&screen.put), "<script"));
    done(&screen);
    line.language = "ko";
    show(begin(&screen, OUTPUT_HTML, 0), &line);
    has(&screen, "<p class=\"text\" lang=\"ko\" dir=\"auto\">");
    done(&screen);
}

/* Half a page would be taken for a whole one. */
static void a_page_that_failed_is_not_written(void **state)
{
    struct screen screen;
    struct output *output = begin(&screen, OUTPUT_HTML, 0);

    (void)state;
    output_exchange(output, "messages", EXCHANGE_TRANSCRIPT);
    output_line(output, &(struct exchange_line){ .kind = "in", .text = "hi", .actor = "Ana", .state = "", .reason = "" });
    output_note(output, NOTE_FAILURE, "the disk is gone");
    output_end(output);
    assert_string_equal(buf_text(&screen.put), "");
    assert_string_equal(buf_text(&screen.talk), "frontdesk: the disk is gone\n");
    done(&screen);
}

static void another_conversation_begins_behind_a_line(void **state)
{
    struct screen screen;
    struct output *output = begin(&screen, OUTPUT_TEXT, 0);
    struct exchange_line line = { .kind = "in", .text = "hi", .actor = "Ana", .state = "", .reason = "" };

    (void)state;
    output_exchange(output, "messages", EXCHANGE_TRANSCRIPT);
    output_break(output, &(struct exchange_break){ "conversation 1, sms\x1b: answered", "machine summary", "said hi\nand\r" });
    output_line(output, &line);
    output_break(output, &(struct exchange_break){ .heading = "conversation 2, sms: open" });
    output_line(output, &line);
    output_exchange_end(output);
    output_end(output);
    assert_string_equal(buf_text(&screen.put), "── conversation 1, sms\\x1b: answered ──\n"
                                               "   machine summary: said hi\n"
                                               "   and\\r\n"
                                               "1970-01-01\n"
                                               "00:00:00  Ana               hi\n"
                                               "\n"
                                               "── conversation 2, sms: open ──\n"
                                               "1970-01-01\n"
                                               "00:00:00  Ana               hi\n");
    done(&screen);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_underlined_where_they_are_shown),
        cmocka_unit_test(programs_are_told_rule_words_and_conversation),
        cmocka_unit_test(a_page_keeps_text_text),
        cmocka_unit_test(a_page_that_failed_is_not_written),
        cmocka_unit_test(another_conversation_begins_behind_a_line),
    };

    setenv("TZ", "UTC", 1);
    tzset();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
