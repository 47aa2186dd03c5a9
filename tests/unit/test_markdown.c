/*
 * markdown: what a customer reads of what a model wrote.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "text/markdown.h"

struct row {
    const char *markdown, *text;
};

static void check(const struct row *rows, size_t count, enum markdown_dialect dialect)
{
    size_t wrong = 0;

    for (size_t i = 0; i < count; i++) {
        struct buf out = { 0 };

        markdown_format(rows[i].markdown, strlen(rows[i].markdown), dialect, &out);
        if (strcmp(buf_text(&out), rows[i].text) != 0)
            print_error("%zu: \"%s\" gives \"%s\", not \"%s\"\n", ++wrong, rows[i].markdown, buf_text(&out),
                        rows[i].text);
        buf_release(&out);
    }
    assert_int_equal(wrong, 0);
}

#define CHECK(rows, dialect) check(rows, sizeof(rows) / sizeof((rows)[0]), dialect)

static void marks_are_those_of_whatsapp(void **state)
{
    static const struct row ROWS[] = {
        { "", "" },
        { "Hello", "Hello" },
        { "We are **open** now", "We are *open* now" },
        { "We are __open__ now", "We are *open* now" },
        { "an *important* thing", "an _important_ thing" },
        { "an _important_ thing", "an _important_ thing" },
        { "~~20 €~~ 15 €", "~20 €~ 15 €" },
        { "type `START` now", "type `START` now" },
        { "***both***", "*_both_*" },
        { "**bold and *italic* in it**", "*bold and _italic_ in it*" },
        { "*italic and **bold** in it*", "_italic and *bold* in it_" },
        { "**~~old~~ new**", "*~old~ new*" },
        { "~~**old** price~~", "~*old* price~" },
        { "**Abierto:** de 9 a 18 h. ¡**Gracias**!", "*Abierto:* de 9 a 18 h. ¡*Gracias*!" },
        { "(**note**), \"**quote**\"", "(*note*), \"*quote*\"" },
        { "🎂 **cake**🎂", "🎂 *cake*🎂" },
        { "**🎂**", "*🎂*" },
        /* no mark is touched by a blank inside */
        { "<b>x</b> **a&nbsp;**b", "x *a*\u00a0b" },
        /* a mark ends with its line */
        { "**one\ntwo** three", "*one*\n*two* three" },
        { "*one  \ntwo*", "_one_\n_two_" },
        /* code and addresses carry no other mark */
        { "**Use `x` now**", "*Use* `x` *now*" },
        { "**see https://a.example/b_c.**", "*see* https://a.example/b_c." },
        { "**`x`**", "`x`" },
        { "``a`b``", "a`b" },
        { "**!**", "!" },
    };

    (void)state;
    CHECK(ROWS, MARKDOWN_WHATSAPP);
}

static void a_mark_inside_a_word_is_dropped_and_a_particle_joins_in(void **state)
{
    static const struct row ROWS[] = {
        { "**주문**은 내일 도착합니다", "*주문은* 내일 도착합니다" },
        { "*9시*부터 **18시**까지예요.", "_9시부터_ *18시까지예요*." },
        { "**\"환불\"**은 3일 걸립니다", "*\"환불\"은* 3일 걸립니다" },
        { "**배송(무료)**은 **'내일'**입니다", "*배송(무료)은* *'내일'입니다*" },
        { "~~월요일~~에 쉽니다", "~월요일에~ 쉽니다" },
        { "***둘 다***는 안 돼요", "*_둘 다는_* 안 돼요" },
        { "`주문번호`를 보내 주세요", "주문번호를 보내 주세요" },
        { "**주문**은**요**", "*주문은요*" },
        { "**메뉴**입니다그리고또아주길게", "메뉴입니다그리고또아주길게" },
        { "대**한**민국", "대한민국" },
        { "**un**believable", "unbelievable" },
        { "un**believ**able", "unbelievable" },
        { "这是**重要**的信息", "这是重要的信息" },
        { "这是“**重要**”的", "这是“*重要*”的" },
        { "**한국어**English", "한국어English" },
    };

    (void)state;
    CHECK(ROWS, MARKDOWN_WHATSAPP);
}

static void signs_of_the_text_stay_signs(void **state)
{
    static const struct row ROWS[] = {
        { "2 * 3 * 4 = 24", "2 * 3 * 4 = 24" },
        { "2*3*4 is 2 ** 3 * 3", "2*3*4 is 2 ** 3 * 3" },
        { "snake_case_name and my_file_v2.txt", "snake_case_name and my_file_v2.txt" },
        { "10~20명, 30~40명", "10~20명, 30~40명" },
        { "안녕하세요~ 반갑습니다~", "안녕하세요~ 반갑습니다~" },
        { "~20명 또는 30~", "∼20명 또는 30∼" },
        { "\\*not bold\\*", "∗not bold∗" },
        { "\\_not italic\\_", "＿not italic＿" },
        { "\\~~not struck~~ \\*\\*not bold\\*\\*", "∼∼not struck∼∼ ∗∗not bold∗∗" },
        { "a \\`tick\\`", "a ｀tick｀" },
        { "5* hotel, **really**", "5* hotel, *really*" },
        { "\\*see **this**", "∗see *this*" },
        { "**this a\\* b**", "*this a∗ b*" },
        { "*one*\\* two \\*", "_one_* two *" },
        { "*one*\\*two\\*", "_one_∗two∗" },
        { "_a\\*_\\*", "_a∗_∗" },
        { "\\# 1 \\> 0 \\[x\\]", "# 1 > 0 [x]" },
        { "AT&amp;T &lt;3 &copy; &#8364;", "AT&T <3 © €" },
        { "three \\`\\`\\` ticks", "three ｀｀｀ ticks" },
        { "`*args` and `**kw`", "`*args` and `**kw`" },
        { "https://a.example/_x_/y and http://b.example/*c",
          "https://a.example/_x_/y and http://b.example/*c" },
        { "https://a.example/?x=*1*&y=_2_", "https://a.example/?x=*1*&y=_2_" },
        { "www.a.example/?x=**1**&y=__2__", "www.a.example/?x=**1**&y=__2__" },
    };

    (void)state;
    CHECK(ROWS, MARKDOWN_WHATSAPP);
}

static void blocks_keep_the_layout_of_their_author(void **state)
{
    static const struct row ROWS[] = {
        { "one\n\n\n\ntwo", "one\n\ntwo" },
        { "one\ntwo  \nthree\\\nfour", "one\ntwo\nthree\nfour" },
        { "# Hours\n\nWe open at 9.", "*Hours*\n\nWe open at 9." },
        { "Hello\n# Hours\nWe open at 9.", "Hello\n\n*Hours*\nWe open at 9." },
        { "Hours\n=====\nWe open", "*Hours*\nWe open" },
        { "## The **best** *cakes*", "*The best _cakes_*" },
        { "### Use `x`", "*Use* `x`" },
        { "above\n\n---\n\nbelow", "above\n\nbelow" },
        { "- one\n- two", "- one\n- two" },
        { "* one\n* two\n", "- one\n- two" },
        { "Choose:\n- one\n- two\n\nThanks", "Choose:\n- one\n- two\n\nThanks" },
        { "- one\n\n- two", "- one\n\n- two" },
        { "- one\n  - inner\n    - deep\n- two", "- one\n  - inner\n    - deep\n- two" },
        { "- one\n\n  more of it\n- two", "- one\n\n  more of it\n- two" },
        { "3. three\n4. four", "3. three\n4. four" },
        { "1. one\n1. two\n1. three", "1. one\n2. two\n3. three" },
        { "2) two\n3) three", "2) two\n3) three" },
        { "1. **Bread**: fresh\n   - rye", "1. *Bread*: fresh\n  - rye" },
        { "- [ ] call\n- [x] pay", "☐ call\n☑ pay" },
        { "-\n- two", "-\n- two" },
        { "- # Head\n- two", "- *Head*\n- two" },
        { "> quoted\n> twice\n\nplain", "> quoted\n> twice\n\nplain" },
        { "> one\n>\n> > two", "> one\n\n> two" },
        { "> - item", "> - item" },
        { "> **one\n> two**", "> *one*\n> *two*" },
        { "   spaced   \n   out", "spaced\nout" },
    };

    (void)state;
    CHECK(ROWS, MARKDOWN_WHATSAPP);
}

static void code_stands_between_fences_at_the_margin(void **state)
{
    static const struct row ROWS[] = {
        { "```python\nif x:\n    y = \"*z*\"\n```", "```\nif x:\n    y = \"*z*\"\n```" },
        { "Run:\n\n    make all\n\nDone", "Run:\n\n```\nmake all\n```\n\nDone" },
        { "1. First\n   ```sh\n   ls\n   ```\n2. Then", "1. First\n```\nls\n```\n2. Then" },
        { "```\na\n\n\n\nb\n```", "```\na\n\nb\n```" },
        { "```\nnever closed\n", "```\nnever closed\n```" },
        { "~~~~\n```\nx\n```\n~~~~", "```\nx\n```" },
        { "```\n```", "" },
        { "a\n```\n\n```\nb", "a\n\nb" },
    };

    (void)state;
    CHECK(ROWS, MARKDOWN_WHATSAPP);
}

static void links_show_addresses_that_can_be_used(void **state)
{
    static const struct row ROWS[] = {
        { "[Our menu](https://a.example/menu)", "Our menu (https://a.example/menu)" },
        { "[**Our menu**](https://a.example/menu \"title\")", "*Our menu* (https://a.example/menu)" },
        { "**[Our menu](https://a.example/menu)**", "*Our menu* (https://a.example/menu)" },
        { "[메뉴](https://a.example/메뉴)를 보세요", "메뉴 (https://a.example/메뉴)를 보세요" },
        { "<https://a.example>", "https://a.example" },
        { "[https://a.example](https://a.example)", "https://a.example" },
        { "[a.example](https://www.a.example/)", "https://www.a.example/" },
        { "https://a.example/x_y_z", "https://a.example/x_y_z" },
        { "[](https://a.example)", "https://a.example" },
        { "[write us](mailto:hi@a.example?subject=x)", "write us (hi@a.example)" },
        { "<hi@a.example>", "hi@a.example" },
        { "[call](tel:+82212345678)", "call (+82212345678)" },
        { "[+82 2-1234-5678](tel:+82212345678)", "+82212345678" },
        { "[click](javascript:alert(1))", "click" },
        { "[click](data:text/html,x)", "click" },
        { "[up](#top) [there](/path) [file](a.pdf)", "up there file" },
        { "[us](www.a.example/x)", "us (www.a.example/x)" },
        { "![a cake](https://a.example/c.png)", "a cake (https://a.example/c.png)" },
        { "![](https://a.example/c.png)", "https://a.example/c.png" },
        { "![a cake](data:image/png;base64,AAAA)", "a cake" },
        { "[![badge](https://a.example/b.png)](https://a.example)", "badge (https://a.example)" },
        { "See [1].\n\n[1]: https://a.example/one", "See 1 (https://a.example/one)." },
        { "[x](<https://a.example/a b>)", "x (https://a.example/a%20b)" },
    };

    (void)state;
    CHECK(ROWS, MARKDOWN_WHATSAPP);
}

static void tables_are_read_line_by_line(void **state)
{
    static const struct row ROWS[] = {
        { "| Item | Price |\n|---|--:|\n| Bread | **3 €** |\n| Cake | 30 € |",
          "*Item – Price*\nBread – *3 €*\nCake – 30 €" },
        { "|메뉴|가격|\n|-|-|\n|빵|3,000원|", "*메뉴 – 가격*\n빵 – 3,000원" },
        { "| Day | Opens | Closes |\n|--|--|--|\n| Mon | 9 | 18 |\n| Tue | | 17 |",
          "*Day: Mon*\nOpens: 9\nCloses: 18\n\n*Day: Tue*\nCloses: 17" },
        { "Hours:\n\n| a |\n|---|\n| b |\n\nend", "Hours:\n\n*a*\nb\n\nend" },
        { "| a: | b | |\n|-|-|-|\n| 1 | 2 | 3 |", "*a: 1*\nb: 2\n3" },
        { "| a | b |\n|---|---|", "*a – b*" },
        { "|a|b|\n|-|-|\n|1|x<br>y|\n|`a|`|2|3|", "*a – b*\n1 – x y\n`a – `" },
        /* cut off */
        { "| a | b |\n|--", "| a | b |\n|--" },
        { "| a | b |\n|---|---|\n| 1", "*a – b*\n1" },
    };

    (void)state;
    CHECK(ROWS, MARKDOWN_WHATSAPP);
}

static void html_leaves_its_text(void **state)
{
    static const struct row ROWS[] = {
        { "one<br>two<br/>three", "one\ntwo\nthree" },
        { "a <b>bold</b> <span class=\"x\">word</span>", "a bold word" },
        { "Dear <your name>, List<String>", "Dear <your name>, List<String>" },
        { "<div>one</div>\n<p>two &amp; three</p>", "one\n\ntwo & three" },
        { "a <!-- hidden --> b", "a  b" },
        { "<!-- hidden -->\n\nseen", "seen" },
        { "<script>alert(1)</script>\n\nseen", "seen" },
        { "<!-- never closed\n\nseen", "never closed\n\nseen" },
        { "<div\n", "<div" },
        { "1 < 2 and 3 > 2", "1 < 2 and 3 > 2" },
    };

    (void)state;
    CHECK(ROWS, MARKDOWN_WHATSAPP);
}

static void broken_markdown_is_text(void **state)
{
    static const struct row ROWS[] = {
        { "**never closed", "**never closed" },
        { "never `closed", "never `closed" },
        { "~~never closed", "~~never closed" },
        { "[text](https://a.example/x", "[text](https://a.example/x" },
        { "[text", "[text" },
        { "**a *b** c*", "_a b c_" },
        { "****", "" },
        { "a\x01\x1b[31mb\u202e\u200fc\xc2\x85", "a[31mbc" },
        { "a\tb", "a b" },
        { "a\u2028b", "a\nb" },
    };

    (void)state;
    CHECK(ROWS, MARKDOWN_WHATSAPP);
}

static void plain_text_has_no_marks(void **state)
{
    static const struct row ROWS[] = {
        { "**주문**은 *내일* ~~오늘~~ `x`", "주문은 내일 오늘 x" },
        { "# Hours\n- **Mon**: 9\n- [menu](https://a.example)",
          "Hours\n- Mon: 9\n- menu (https://a.example)" },
        { "```\nx = 1\n```", "x = 1" },
        { "\\*note\\* ~20 30~", "*note* ~20 30~" },
        { "> quote", "> quote" },
        { "| a | b |\n|-|-|\n| 1 | 2 |", "a – b\n1 – 2" },
        { "~~~~\n```\n~~~~", "```" },
    };

    (void)state;
    CHECK(ROWS, MARKDOWN_PLAIN);
}

static void a_nul_is_no_end(void **state)
{
    static const char TEXT[] = "one\0two **three**";
    struct buf out = { 0 };

    (void)state;
    buf_add_text(&out, "before ");
    markdown_format(TEXT, sizeof TEXT - 1, MARKDOWN_WHATSAPP, &out);
    assert_string_equal(out.data, "before one\ufffdtwo *three*");
    buf_release(&out);
}

enum { HOSTILE_LEN = 64 * 1024 };

/* `head` once, then `piece` over and over, to 64 KB: at most `times` as long when it comes out. */
static void check_hostile(const char *head, const char *piece, size_t times)
{
    struct buf text = { 0 };
    struct buf out = { 0 };

    buf_add_text(&text, head);
    while (text.len < HOSTILE_LEN)
        buf_add_text(&text, piece);
    for (int dialect = MARKDOWN_WHATSAPP; dialect <= MARKDOWN_PLAIN; dialect++) {
        buf_clear(&out);
        markdown_format(text.data, text.len, dialect, &out);
        assert_true(utf8_is_valid(buf_text(&out), out.len));
        if (out.len > times * text.len)
            fail_msg("\"%s\" over and over gives %zu bytes", piece, out.len);
    }
    buf_release(&text);
    buf_release(&out);
}

static void hostile_text_stays_bounded(void **state)
{
    static const char *const PIECES[] = {
        "> ",         "[",        "*",         "`",       "_",         "~",     "- ",       "1. ",
        "![[]()",     "[a](",     "<",         "&",       "\\",        "|",     "|\n|-|\n", "a|b\n-|-\n",
        "*a_ ",       "**a*b ",   "`a``b```c", "<!--",    "<div>",     "<a ",   "![",       "[a][",
        "***a** b* ", "_www.",    "www.a_",    "http*a*", "#\n",       "\n",    "~~a~~",    "**가**나",
        "🎂*",         "**`a`** ", "a@b.c ",    "- [ ] ",  "~a~~b~~~c", "&#10;", "<br>",     "\t",
    };
    struct buf head = { 0 };

    (void)state;
    for (size_t i = 0; i < sizeof PIECES / sizeof PIECES[0]; i++)
        check_hostile("", PIECES[i], 3); /* a mark that is disguised takes 3 bytes */
    for (int i = 0; i < 1000; i++)
        buf_add_text(&head, "> ");
    check_hostile(head.data, "a\n", 3);
    buf_release(&head);
}

/* One definition, one head of a column must not be said as often as somebody asks for it. */
static void little_text_does_not_become_much(void **state)
{
    struct buf head = { 0 };

    (void)state;
    buf_add_text(&head, "[a]: https://a.example/");
    for (int i = 0; i < 1000; i++)
        buf_add_char(&head, 'x');
    buf_add_text(&head, "\n\n");
    check_hostile(head.data, "[a] ", 4);
    buf_clear(&head);
    for (int i = 0; i < 10000; i++)
        buf_add_text(&head, "|h");
    buf_add_text(&head, "\n");
    for (int i = 0; i < 10000; i++)
        buf_add_text(&head, "|-");
    buf_add_text(&head, "\n");
    check_hostile(head.data, "|x\n", 2);
    buf_clear(&head);
    buf_add_text(&head, "|");
    for (int i = 0; i < 20000; i++)
        buf_add_char(&head, 'h');
    buf_add_text(&head, "|b|c|\n|-|-|-|\n");
    check_hostile(head.data, "|1|2|3\n", 2);
    buf_release(&head);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(marks_are_those_of_whatsapp),
        cmocka_unit_test(a_mark_inside_a_word_is_dropped_and_a_particle_joins_in),
        cmocka_unit_test(signs_of_the_text_stay_signs),
        cmocka_unit_test(blocks_keep_the_layout_of_their_author),
        cmocka_unit_test(code_stands_between_fences_at_the_margin),
        cmocka_unit_test(links_show_addresses_that_can_be_used),
        cmocka_unit_test(tables_are_read_line_by_line),
        cmocka_unit_test(html_leaves_its_text),
        cmocka_unit_test(broken_markdown_is_text),
        cmocka_unit_test(plain_text_has_no_marks),
        cmocka_unit_test(a_nul_is_no_end),
        cmocka_unit_test(hostile_text_stays_bounded),
        cmocka_unit_test(little_text_does_not_become_much),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
