/*
 * draw: a flow as DOT, in which no text can be more than a text, and as lines.
 */

#include "base/buf.h"
#include "rules/draw.h"
#include "tests/lib/loading.h"

static const char ORDER[] =
    "INSERT INTO flow (name, title, expires, expired, remind, retries, give_up) VALUES\n"
    "  ('order', 'your order', '1 hour', 'Too late.', '10 minutes', 0, 'person');\n"
    "INSERT INTO step (name, say, ask, accept_if, retry, timeout) VALUES\n"
    "  ('order.size', 'How many?', 'number', '@size < 9', 'Up to 8.', '5 minutes'),\n"
    "  ('order.sure', 'Sure?', 'choice', NULL, NULL, NULL);\n"
    "INSERT INTO branch (step, only_if, say, next, redo) VALUES\n"
    "  ('order.size', ':timed_out', 'Too slow.', 'end', NULL), ('order.size', '@size = 7', NULL, NULL, NULL);\n"
    "INSERT INTO choice (step, label, words, next, redo) VALUES\n"
    "  ('order.sure', 'Yes', 'ok, sure', 'call', NULL), ('order.sure', 'No', NULL, NULL, 'size');\n"
    "INSERT INTO step (name, action, target) VALUES ('order.call', 'call', 'shop');\n"
    "INSERT INTO step_set (step, name, value) VALUES ('order.call', 'tries', '1 + 1'), ('order.call', 'old', NULL);\n"
    "INSERT INTO branch (step, only_if, say, next, redo) VALUES ('order.call', NULL, NULL, 'more', NULL);\n"
    "INSERT INTO step (name, action, target) VALUES ('order.person', 'handoff', 'team'), ('order.more', 'flow', 'rest');\n"
    "INSERT INTO flow (name) VALUES ('rest');\n"
    "INSERT INTO step (name, say, action) VALUES ('rest.bye', 'Bye!', 'close');\n"
    "INSERT INTO service (name, url) VALUES ('shop', 'https://shop.example.com/');\n"
    "INSERT INTO team (name) VALUES ('team');\n"
    "INSERT INTO rule (name, words, action, target) VALUES ('start', 'order', 'flow', 'order');\n";

static void test_dot(void **state)
{
    struct buf dot = { 0 };
    (void)state;
    struct ruleset *ruleset = make_good(ORDER);
    draw_dot(ruleset, ruleset_flow(ruleset, "order"), &dot);
    assert_string_equal(buf_text(&dot), "digraph \"order\" {\n"
                                        "  labelloc=t;\n"
                                        "  label=\"your order\";\n"
                                        "  node [fontname=\"sans-serif\"];\n"
                                        "  edge [fontname=\"sans-serif\"];\n"
                                        "  start [shape=circle, label=\"\", width=0.2];\n"
                                        "  s0 [shape=box, style=rounded, label=\"size\\nHow many?\\n? number\\nif @size < 9\"];\n"
                                        "  s1 [shape=box, style=rounded, label=\"sure\\nSure?\\n? choice\"];\n"
                                        "  s2 [shape=cds, label=\"call\\ntries := 1 + 1\\nold := NULL\\ncall shop\"];\n"
                                        "  s3 [shape=house, label=\"person\\nhandoff team\"];\n"
                                        "  s4 [shape=component, label=\"more\\nflow rest\"];\n"
                                        "  end [shape=doublecircle, label=\"\", width=0.2];\n"
                                        "  start -> s0;\n"
                                        "  s0 -> end [label=\":timed_out\\nToo slow.\"];\n"
                                        "  s0 -> s1 [label=\"@size = 7\"];\n"
                                        "  s0 -> s1;\n"
                                        "  s1 -> s2 [label=\"Yes\"];\n"
                                        "  s1 -> s0 [label=\"No\", style=dashed];\n"
                                        "  s2 -> s4;\n"
                                        "  s4 -> end;\n"
                                        "  giving_up [shape=plaintext, label=\"gives up\"];\n"
                                        "  giving_up -> s3 [style=dotted];\n"
                                        "}\n");
    buf_release(&dot);
    ruleset_free(ruleset);
}

static void test_lines(void **state)
{
    struct buf told = { 0 };
    struct tell lines;
    (void)state;
    struct ruleset *ruleset = make_good(ORDER);
    draw_lines(ruleset, ruleset_flow(ruleset, "order"), &lines);
    for (size_t i = 0; i < lines.count; i++) {
        const struct tell_item *item = &lines.items[i];
        assert_int_equal(item->is_part, i == 0);
        assert_int_equal(item->flowing, 0);
        buf_addf(&told, "%s %s:%d\n", item->heading, item->file, item->line);
        for (size_t k = 0; k < item->count; k++)
            buf_addf(&told, "  %s\n", item->sentences[k]);
    }
    assert_string_equal(buf_text(&told), "order a.sql:2\n"
                                         "  your order\n"
                                         "  started by the rule start\n"
                                         "  remind after 10 minutes\n"
                                         "  expire after 1 hour: Too late.\n"
                                         "  give up after a wrong answer → person\n"
                                         "size a.sql:4\n"
                                         "  ask number: “How many?”\n"
                                         "  accept if @size < 9\n"
                                         "  else say: Up to 8.\n"
                                         "  wait 5 minutes\n"
                                         "  if :timed_out “Too slow.” → end\n"
                                         "  if @size = 7 →\n"
                                         "  → sure\n"
                                         "sure a.sql:5\n"
                                         "  ask choice: “Sure?”\n"
                                         "  1. Yes (ok, sure) → call\n"
                                         "  2. No ↺ size\n"
                                         "call a.sql:10\n"
                                         "  set @tries: 1 + 1\n"
                                         "  set @old: NULL\n"
                                         "  call shop\n"
                                         "  if anything → more\n"
                                         "person a.sql:13\n"
                                         "  handoff team\n"
                                         "more a.sql:13\n"
                                         "  flow rest\n"
                                         "  → end\n");
    tell_release(&lines);
    buf_release(&told);
    ruleset_free(ruleset);
}

static void test_a_flow_that_a_step_runs(void **state)
{
    struct tell lines;
    (void)state;
    struct ruleset *ruleset = make_good(ORDER);
    draw_lines(ruleset, ruleset_flow(ruleset, "rest"), &lines);
    assert_int_equal(lines.count, 2);
    assert_string_equal(lines.items[0].sentences[0], "run by the step order.more");
    assert_string_equal(lines.items[0].sentences[2], "give up after 3 wrong answers → end");
    assert_string_equal(lines.items[1].sentences[0], "say “Bye!”");
    assert_string_equal(lines.items[1].sentences[1], "close");
    assert_int_equal(lines.items[1].count, 2);
    tell_release(&lines);
    ruleset_free(ruleset);
}

static void draw_say(const char *say, const char *wanted)
{
    struct buf sql = { 0 }, dot = { 0 };
    buf_addf(&sql, "INSERT INTO flow (name) VALUES ('f');\nINSERT INTO step (name, say) VALUES ('f.a', '%s');", say);
    struct ruleset *ruleset = make_good(buf_text(&sql));
    draw_dot(ruleset, ruleset->flow_count > 0 ? ruleset_flow(ruleset, "f") : NULL, &dot);
    if (strstr(buf_text(&dot), wanted) == NULL)
        fail_msg("%s\nis not in\n%s", wanted, buf_text(&dot));
    buf_release(&sql);
    buf_release(&dot);
    ruleset_free(ruleset);
}

static void test_a_text_stays_a_text(void **state)
{
    (void)state;
    draw_say("He said \"hi\"];", "label=\"a\\nHe said \\\"hi\\\"];\"];\n");
    draw_say("back\\slash \\N \\l", "label=\"a\\nback\\\\slash \\\\N \\\\l\"];\n");
    draw_say("two\nlines\tand\x01 \xc2\x85more\xe2\x80\xa8", "label=\"a\\ntwo lines and   more \"];\n");
    draw_say("<b>bold</b> &amp; 한국어 👍", "label=\"a\\n<b>bold</b> &amp; 한국어 👍\"];\n");
    draw_say("a sentence that is so long that it has to be broken somewhere",
             "label=\"a\\na sentence that is so long that it\\nhas to be broken somewhere\"];\n");
    draw_say("가가가가가가가가가가나나나나나나나나나나다다다다다다다다다다라라라라라라라라라라"
             "마마마마마마마마마마바바바바바바바바바바사사사사사사사사사사아아아아아아아아아아자차",
             "사사사사사사사사사사아아아아아아아아아아…\"];\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dot),
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_a_flow_that_a_step_runs),
        cmocka_unit_test(test_a_text_stays_a_text),
    };
    zones = zones_open(NULL);
    int result = cmocka_run_group_tests(tests, NULL, NULL);
    zones_close(zones);
    return result;
}
