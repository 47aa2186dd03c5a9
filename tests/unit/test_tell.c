/*
 * tell: what each column and table becomes in words, in both languages; conditions; and that every sentence
 * has the values it asks for.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/zone.h"
#include "rules/tell.h"
#include "rules/tell_voice.h"

static struct zones *zones;

static int open_zones(void **state)
{
    (void)state;
    zones = zones_open(NULL);
    return zones != NULL ? 0 : -1;
}

static int close_zones(void **state)
{
    (void)state;
    zones_close(zones);
    return 0;
}

/* "# part" and "heading" lines, each followed by its sentences, one a line. */
static void tell_all(const char *sql, enum tell_language language, struct buf *out)
{
    struct rulefiles files = { 0 };
    struct error error = { 0 };
    struct ruleset *rules;
    struct tell tell;

    rulefiles_add(&files, "1.sql", sql);
    rules = ruleset_new(&files, zones, &error);
    if (rules == NULL)
        fail_msg("%s", error.text);
    tell_ruleset(rules, language, &tell);
    for (size_t i = 0; i < tell.count; i++) {
        buf_addf(out, "%s%s\n", tell.items[i].is_part ? "# " : "", tell.items[i].heading);
        for (size_t k = 0; k < tell.items[i].count; k++)
            buf_addf(out, "%s\n", tell.items[i].sentences[k]);
    }
    tell_release(&tell);
    ruleset_free(rules);
    rulefiles_release(&files);
}

static void check_told(const char *sql, enum tell_language language, const char *wanted)
{
    struct buf told = { 0 };

    tell_all(sql, language, &told);
    if (strstr(buf_text(&told), wanted) == NULL)
        fail_msg("%s\nis not in\n%s", wanted, buf_text(&told));
    buf_release(&told);
}

struct row {
    const char *sql, *english, *korean;
};

static void check_rows(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        check_told(rows[i].sql, TELL_ENGLISH, rows[i].english);
        check_told(rows[i].sql, TELL_KOREAN, rows[i].korean);
    }
}

#define CHECK(rows)           check_rows(rows, sizeof(rows) / sizeof(rows)[0])
#define RULE(columns, values) "INSERT INTO rule (name, " columns ") VALUES ('r', " values ");"

static void matching(void **state)
{
    static const struct row rows[] = {
        { RULE("words, say", "'hours, 영업시간', 'We are here.'"),
          "r\nWhen a message contains “hours” or “영업시간”, the answer is: “We are here.”\n",
          "r\n메시지에 “hours” 또는 “영업시간”이 들어 있으면 이렇게 답합니다: “We are here.”\n" },
        { RULE("words, say", "'환불, 반품, 취소', '네'"),
          "contains “환불”, “반품” or “취소”, the answer is: “네”", "“반품” 또는 “취소”가 들어 있으면" },
        { RULE("words, say", "'price, open*, *burger, *cake*, =hi', 'x'"),
          "When a message contains “price”, or has a word that begins with “open”, or has a word that ends in "
          "“burger”, or has “cake” anywhere, even inside a word, or says nothing but “hi”, the answer",
          "메시지에 “price”가 들어 있거나, 메시지에 “open”으로 시작하는 말이 있거나, 메시지에 “burger”로 끝나는 "
          "말이 있거나, 메시지 어디에든 “cake”가 들어 있거나, 메시지가 “hi”뿐이면 이렇게" },
        { RULE("words, pattern, say", "'order', 'no\\.? (?<number>\\d+)', 'Order {{ number }}'"),
          "contains “order”, or fits the pattern “no\\.? (?<number>\\d+)”, the answer is: “Order ‹number›”\n"
          "What it finds there is kept as ‹number›.",
          "여기서 찾은 내용은 ‹number›로 기억합니다." },
        { RULE("words, unless, say", "'leak*', 'not a leak, no leak', 'x'"),
          "begins with “leak”, unless it contains “not a leak” or “no leak”, the answer is: “x”",
          "“leak”로 시작하는 말이 있으면(단, 메시지에 “not a leak” 또는 “no leak”가 들어 있으면 제외) 이렇게" },
        { RULE("priority, unless, say", "3, 'leak', 'x'"),
          "When none of the rules above has taken the message, unless it contains “leak”, the answer is: “x”",
          "해당하지 않으면(단, 메시지에 “leak”가 들어 있으면 제외) 이렇게 답합니다: “x”" },
    };

    (void)state;
    CHECK(rows);
}

static void actions(void **state)
{
    static const struct row rows[] = {
        { RULE("words, action", "'a', 'ignore'"), "contains “a”, nothing is answered.\n",
          "들어 있으면 답하지 않습니다.\n" },
        { RULE("words, action", "'a', 'opt_out'"),
          "the customer is opted out.\nFrom then on the bot is silent until the customer opts in again.",
          "고객을 수신 거부로 처리합니다.\n그 뒤로 고객이 다시" },
        { RULE("words, action, say", "'a', 'opt_out', 'Bye'"), "is opted out and told: “Bye”",
          "처리하고 이렇게 답합니다: “Bye”" },
        { RULE("words, action", "'a', 'opt_in'"), "the customer is opted in again.\n",
          "수신 거부를 풉니다.\n" },
        { RULE("words, action, say", "'a', 'opt_in', 'Hi'"), "opted in again and told: “Hi”",
          "수신 거부를 풀고 이렇게 답합니다: “Hi”" },
        { RULE("words, action", "'a', 'close'"), "the conversation is closed.\n", "대화를 끝냅니다.\n" },
        { RULE("words, action, say", "'a', 'close', 'Bye'"), "is closed, and the customer is told: “Bye”",
          "대화를 끝내고 이렇게 답합니다: “Bye”" },
        { "INSERT INTO team (name) VALUES ('desk'), ('idle');" RULE("words, action, target",
                                                                    "'a', 'handoff', 'desk'"),
          "the team “desk” takes over.\nFrom then on the bot is silent until somebody releases or closes",
          "대화를 “desk” 팀에 넘깁니다.\n그 뒤로 담당자가" },
        { "INSERT INTO team (name) VALUES ('desk'), ('idle');" RULE("words, action, target, say",
                                                                    "'a', 'handoff', 'desk', 'Wait'"),
          "# Who takes over\nThe team “desk” gets the conversations that “r” hands over.\n"
          "No rule hands a conversation over to the team “idle”.\n",
          "넘기고 이렇게 답합니다: “Wait”" },
        { "INSERT INTO campaign (name, channel, campaign_id, layout) VALUES ('c', 'whatsapp', '1', 'response');"
          "INSERT INTO team (name, notify_user, next) VALUES ('desk', 'kim, +34600111222', 'idle'), ('idle', NULL, NULL);"
          RULE("words, action, target", "'a', 'handoff', 'desk'"),
          "Told on their own phones, and able to answer from there: “kim”, “+34600111222”.\n"
          "What nobody of it takes goes to the team “idle”.",
          "이 팀에서 아무도 맡지 않으면 “idle” 팀으로 넘어갑니다." },
    };

    (void)state;
    CHECK(rows);
}

#define CAMPAIGNS(rows) "INSERT INTO campaign (name, channel, layout, campaign_id) VALUES " rows ";"

static void business(void **state)
{
    static const struct row rows[] = {
        { "INSERT INTO setting (name, value) VALUES ('business_name', '한빛'), ('default_language', 'ko'),"
          " ('time_zone', 'Asia/Seoul'), ('reply_expires', '90 minutes'), ('window_margin', '1 hour'),"
          " ('calls_in_flight', '2'), ('calls_per_hour', '5000');",
          "This is 한빛.\nTimes are those of Asia/Seoul.\nCustomers whose language is not known are taken to read "
          "Korean.\nAn answer that could not go out within 90 minutes is not sent any more.\nThe 24 hours in which "
          "WhatsApp takes free text count as over 1 hour early.\n",
          "업체 이름은 한빛입니다.\n시간은 Asia/Seoul 시간대를 기준으로 합니다.\n사용하는 언어를 알 수 없는 "
          "고객에게는 한국어로 답합니다.\n90분 안에 보내지 못한" },
        { "", "# The business\nNothing is set; everything is as it comes.\n", "모두 기본값을 씁니다." },
        { "", "There is no campaign, so no answer can go out.", "캠페인이 없어 답장을 보낼 수 없습니다." },
        { "", "There are no rules, so no message is answered.", "어떤 메시지에도 답하지 않습니다." },
        { CAMPAIGNS(
              "('a', 'whatsapp', 'response', 'x1'), ('b', 'whatsapp', 'template', 'x2'), ('s', 'sms', NULL, 'x3')"),
          "On whatsapp, answers go out through the campaign “a” within 24 hours of the customer's last message.\n"
          "After these 24 hours they go out on whatsapp through the template campaign “b”.\nOn sms, answers go out "
          "through the campaign “s”.",
          "24시간이 지나면 whatsapp에서는 “b” 템플릿 캠페인으로 보냅니다." },
        { CAMPAIGNS("('a', 'whatsapp', 'response', 'x1')"),
          "nothing can go out on whatsapp, because it has no",
          "템플릿 캠페인이 없어 whatsapp에서는 보낼 수 없으며" },
        { CAMPAIGNS("('b', 'whatsapp', 'template', 'x2')"), "Nothing goes out on whatsapp as free text",
          "response인 캠페인이 없어" },
        { CAMPAIGNS("('a', 'whatsapp', 'response', 'x1'), ('menu', 'whatsapp', 'response', 'x2'),"
                    " ('old', 'whatsapp', 'response', 'x3')")
              RULE("words, say, campaign", "'a', 'b', 'menu'"),
          "The campaign “menu” carries the answers of “r”.\nNo rule uses the campaign “old”.",
          "답장은 “menu” 캠페인으로 보냅니다." },
        { "INSERT INTO setting (name, value) VALUES ('business_name', 'Toldo');" RULE(
              "words, say",
              "'a', '{{ business_name }} greets {{ first_name | default: ''you'' }}, {{ ''5'' | money: ''USD'' }}'"),
          "the answer is: “Toldo greets ‹first_name›, $5.00”", "“Toldo greets ‹first_name›, $5.00”" },
    };

    (void)state;
    CHECK(rows);
}

static void hours(void **state)
{
    static const struct row rows[] = {
        { "INSERT INTO opening (days, opens, closes) VALUES ('tue-fri', '9:00', '12:00'), ('tue-fri', '14:00', '18:00'),"
          " ('sat', '20:00', '02:00');",
          "# Opening hours\nMonday: closed.\nTuesday to Friday: open from 09:00 to 12:00 and from 14:00 to 18:00.\n"
          "Saturday: open from 20:00 to 02:00.\nSunday: closed.\n# How",
          "# 영업시간\n월요일: 쉽니다.\n화요일~금요일: 09:00부터 12:00까지, 14:00부터 18:00까지 영업합니다.\n토요일: 20:00부터 "
          "02:00까지 영업합니다.\n일요일: 쉽니다.\n" },
        { "INSERT INTO holiday (day, note, opens, closes) VALUES ('12-25', 'Christmas', NULL, NULL), ('12-24', NULL, '9:00', '12:00');",
          "Monday to Sunday: open from 00:00 to 24:00.\n12-25 (Christmas): closed.\n12-24: open from 9:00 to 12:00.\n",
          "월요일~일요일: 00:00부터 24:00까지 영업합니다.\n12-25 (Christmas): 쉽니다.\n12-24: 9:00부터 12:00까지 영업합니다.\n" },
    };
    struct buf none = { 0 };

    (void)state;
    CHECK(rows);
    tell_all(RULE("words, say", "'a', 'b'"), TELL_ENGLISH, &none);
    assert_null(strstr(buf_text(&none), "Opening hours"));
    buf_release(&none);
}

static void examples(void **state)
{
    static const char WITH[] = RULE(
        "words, say", "'a', 'b'") "INSERT INTO rule_example (rule, text) VALUES ('r', 'a!'), ('r', 'A');";
    static const char AGAINST[] = "INSERT INTO rule_counterexample (rule, text) VALUES ('r', 'b');";
    struct buf both = { 0 };

    (void)state;
    check_told(WITH, TELL_ENGLISH, "For example: “a!”; “A”.\n");
    check_told(WITH, TELL_KOREAN, "해당하는 예: “a!”, “A”.\n");
    buf_addf(&both, "%s%s", WITH, AGAINST);
    check_told(buf_text(&both), TELL_ENGLISH, "For example: “a!”; “A”; but not: “b”.\n");
    check_told(buf_text(&both), TELL_KOREAN, "해당하는 예: “a!”, “A”. 해당하지 않는 예: “b”.\n");
    buf_clear(&both);
    buf_addf(&both, RULE("words, say", "'a', 'b'") "%s", AGAINST);
    check_told(buf_text(&both), TELL_ENGLISH, "But not: “b”.\n");
    check_told(buf_text(&both), TELL_KOREAN, "해당하지 않는 예: “b”.\n");
    buf_release(&both);
}

/* Of a rule, and of the examples that hold under facts only. */
static void only_if(void **state)
{
    static const struct row rows[] = {
        { RULE("words, only_if, say", "'a', ':open = 0 AND :hour < 9', 'b'"),
          "the answer is: “b”\nThis counts only while we are closed, and before 9:00.\n",
          "이 규칙은 다음 경우에만 적용합니다: 영업시간이 아닐 때, 그리고 9시 전에.\n" },
        { RULE("only_if, say", "':language = \"ko\"', 'b'"),
          "This counts only if the customer's language is Korean.", "고객의 언어가 한국어일 때." },
        { RULE("only_if, say", "'abs(:hour - 12) > 6', 'b'"),
          "This counts only if this is true: “abs(:hour - 12) > 6”.",
          "다음 식이 참일 때: “abs(:hour - 12) > 6”." },
        { RULE(
              "words, only_if, say",
              "'a', ':open = 0', 'b'") "INSERT INTO rule_example (rule, text, open, language) VALUES ('r', 'a', 0, 'ko');"
                                       "INSERT INTO rule_counterexample (rule, text, open) VALUES ('r', 'a!', 1);",
          "For example: “a” (while we are closed, and if the customer's language is Korean); but not: “a!” (while we are open).",
          "해당하는 예: “a” (영업시간이 아닐 때, 그리고 고객의 언어가 한국어일 때). 해당하지 않는 예: “a!” (영업시간일 때)." },
    };

    (void)state;
    CHECK(rows);
}

static void beside_speaking(void **state)
{
    static const struct row rows[] = {
        { RULE("priority, action, target",
               "900, 'tag', 'vip'") "INSERT INTO rule (name, words, say) VALUES ('s', 'a', 'b');",
          "the tag “vip” is noted, and the rules after it are tried.\n# The usual",
          "태그 “vip”을 남기고 다음 규칙을 계속 확인합니다." },
        { RULE("words, say, cooldown", "'a', 'b', '1 hour'"),
          "For the same customer this happens at most once in 1 hour.", "같은 고객에게는 1시간에 한 번만" },
        { RULE("words, say, buttons", "'a', 'b', 'Yes, No, Maybe'"),
          "Below it the customer finds the buttons “Yes”, “No” and “Maybe”.",
          "답장 아래에 “Yes”, “No”, “Maybe” 버튼을 보여 줍니다." },
        { RULE("words, say",
               "'a', '{{ size }}'") "INSERT INTO rule_set (rule, name, value) VALUES ('r', 'size', 'L'),"
                                    " ('r', 'color', NULL);",
          "It keeps ‹size› as “L”.\nIt forgets ‹color›.\n",
          "‹size›를 “L”로 기억합니다.\n‹color›를 잊습니다." },
        { RULE("words, say", "'a', 'b'") "INSERT INTO attribute (name, at, value, only_if) VALUES"
                                         " ('tier', 'rule:r', 'gold', ':open = 0'), ('old', 'rule:r', NULL, NULL),"
                                         " ('last', 'reply', '{{ rule }}', NULL);",
          "In the customer's Braze profile the attribute “tier” becomes “gold”, but only while we are closed.\n"
          "The attribute “old” is removed from the customer's Braze profile.\n"
          "# What the customer's Braze profile learns\nWith each answer: the attribute “last” becomes “‹rule›”.\n",
          "고객의 Braze 프로필에 “tier” 속성을 “gold”로 기록합니다 (다음 경우에만: 영업시간이 아닐 때).\n"
          "고객의 Braze 프로필에서 “old” 속성을 지웁니다.\n"
          "# 고객의 Braze 프로필에 기록하는 내용\n답장할 때마다: “last” 속성을 “‹rule›”로 기록합니다.\n" },
        { RULE("words, say", "'a', 'b'") "INSERT INTO attribute (name, at, value, type) VALUES"
                                         " ('n', 'rule:r', '2', 'increment'), ('l', 'close', 'a, b', 'array'),"
                                         " ('l', 'close', '{{ outcome }}', 'array_add'), ('l', 'close', 'c', 'array_remove');"
                                         "INSERT INTO attribute (name, at, value, with_reply) VALUES ('w', 'reply', 'x', 'yes');",
          "In the customer's Braze profile the attribute “n” goes up by “2”.\n"
          "# What the customer's Braze profile learns\n"
          "When a conversation has ended: the attribute “l” becomes the list “a, b”.\n"
          "When a conversation has ended: the list “l” gets “‹outcome›”.\n"
          "When a conversation has ended: the list “l” loses “c”.\n"
          "With each answer: the attribute “w” becomes “x” (it travels with the answer).\n",
          "고객의 Braze 프로필에서 “n” 속성을 “2”만큼 늘립니다.\n"
          "# 고객의 Braze 프로필에 기록하는 내용\n"
          "대화가 끝났을 때: “l” 속성을 목록 “a, b”로 기록합니다.\n"
          "대화가 끝났을 때: “l” 목록에 “‹outcome›”을 더합니다.\n"
          "대화가 끝났을 때: “l” 목록에서 “c”를 뺍니다.\n"
          "답장할 때마다: “w” 속성을 “x”로 기록합니다 (답장과 함께 보냄).\n" },
        { RULE("words, say", "'a', 'b'")
              "INSERT INTO campaign (name, channel, layout, campaign_id) VALUES ('c', 'whatsapp', 'response', 'x');"
              "INSERT INTO custom_event (name, at, only_if) VALUES ('over', 'close', ':open = 0'), ('asked', 'rule:r', NULL);"
              "INSERT INTO custom_event_property (event, name, value) VALUES ('over', 'how', '{{ outcome }}');"
              "INSERT INTO notice (name, at, campaign, to, say) VALUES ('boss', 'close', 'c', 'owner', '{{ summary }}'),"
              " ('thanks', 'rule:r', NULL, NULL, 'Thanks');",
          "Braze is told of the event “asked”.\nThe notice “thanks” goes to the customer and says “Thanks”.\n"
          "# What the customer's Braze profile learns\n"
          "When a conversation has ended: Braze is told of the event “over”, with “how” “‹outcome›”, but only while we are "
          "closed.\n"
          "When a conversation has ended: the notice “boss” goes to “owner” through the campaign “c” and says "
          "“‹summary›”.\n",
          "Braze에 “asked” 이벤트를 보냅니다.\n“thanks” 알림을 고객에게 보냅니다 (내용: “Thanks”).\n"
          "# 고객의 Braze 프로필에 기록하는 내용\n"
          "대화가 끝났을 때: Braze에 “over” 이벤트를 보냅니다 (속성: “how” “‹outcome›”) (다음 경우에만: 영업시간이 아닐 때).\n"
          "대화가 끝났을 때: “boss” 알림을 “owner”에게 보냅니다 (캠페인: “c”) (내용: “‹summary›”).\n" },
        { RULE(
              "words, say",
              "'a', '{{ phrase.bye }}!'") "INSERT INTO phrase (name, language, text) VALUES ('bye', 'en', 'Bye, {{ first_name }}'), ('bye', 'ko', '안녕');",
          "the answer is: “Bye, ‹first_name›!”", "“Bye, ‹first_name›!”" },
    };

    (void)state;
    CHECK(rows);
}

/* In the order in which they are tried, in parts; what can never win is said to. */
static void order(void **state)
{
    static const char SQL[] =
        "INSERT INTO rule (name, priority, words, say) VALUES ('usual', 500, 'a', 'x'), ('never', 5, 'b', 'x'),"
        " ('first', 501, 'c', 'x'), ('after', 100, 'd', 'x'), ('too', 500, 'e', 'x');"
        "INSERT INTO rule (name, priority, say) VALUES ('rest', 10, 'x'), ('rest-two', 10, 'x');";
    static const char *const PIECES[] = {
        "# First of all\n",
        "first\n",
        "# The usual questions\n",
        "usual\n",
        "too\n",
        "# Only when nothing above fits\n",
        "after\n",
        "# Whatever is left\n",
        "rest\n",
        "# Never reached\nNo message gets this far: “rest” takes everything.\n",
        "rest-two\n",
        "never\n",
    };
    struct buf told = { 0 };
    const char *at;

    (void)state;
    tell_all(SQL, TELL_ENGLISH, &told);
    at = buf_text(&told);
    for (size_t i = 0; i < sizeof PIECES / sizeof PIECES[0]; i++) {
        at = strstr(at, PIECES[i]);
        if (at == NULL)
            fail_msg("%s is not where it should be in\n%s", PIECES[i], buf_text(&told));
        at += strlen(PIECES[i]);
    }
    buf_release(&told);
}

static void conditions(void **state)
{
    static const struct row rows[] = {
        { ":open = 0", "while we are closed", "영업시간이 아닐 때" },
        { ":open", "while we are open", "영업시간일 때" },
        { "NOT :open", "while we are closed", "영업시간이 아닐 때" },
        { ":open != 1", "while we are closed", "영업시간이 아닐 때" },
        { ":first_contact=1", "if the customer writes for the first time", "고객이 처음으로 연락했을 때" },
        { ":hour >= 18", "from 18:00 on", "18시부터" },
        { ":hour < 9", "before 9:00", "9시 전에" },
        { ":hour <= 9", "until 9:59", "9시 59분까지" },
        { ":hour > 9", "after 9:59", "9시 59분이 지난 뒤에" },
        { ":hour = 12", "from 12:00 to 12:59", "12시부터 12시 59분까지" },
        { ":hour BETWEEN 9 AND 11", "from 9:00 to 11:59", "9시부터 11시 59분까지" },
        { ":language = 'ko'", "if the customer's language is Korean", "고객의 언어가 한국어일 때" },
        { ":cooling = 'joke'", "if the resting rule is joke", "쉬고 있는 규칙이 joke일 때" },
        { ":locale = 'pt-BR'", "if the customer's language is Brazilian Portuguese",
          "고객의 언어가 브라질 포르투갈어일 때" },
        { ":language <> 'xx'", "if the customer's language is not xx", "고객의 언어가 xx가 아닐 때" },
        { ":language IN ('ko', 'ja','en')", "if the customer's language is Korean, Japanese or English",
          "고객의 언어가 한국어, 일본어 또는 영어일 때" },
        { ":weekday not in ('sat','sun')", "if the day is not Saturday or Sunday",
          "요일이 토요일 또는 일요일이 아닐 때" },
        { ":language = \"ko\"", "if the customer's language is Korean", "고객의 언어가 한국어일 때" },
        { ":channel = 'sms'", "if the channel is sms", "채널이 sms일 때" },
        { ":contact_hour >= 22", "if the hour at the customer's place is at least 22",
          "고객이 있는 곳의 시각이 22 이상일 때" },
        { ":time < '09:30'", "if the time is less than 09:30", "시간이 09:30보다 작을 때" },
        { ":message_count > 3", "if the number of messages so far is more than 3",
          "지금까지의 메시지 수가 3보다 클 때" },
        { ":minutes_since_last between 5 and 60",
          "if the number of minutes since the last message is from 5 to 60",
          "지난 시간(분)이 5 이상 60 이하일 때" },
        { "@size >= 2.5", "if size is at least 2.5", "size가 2.5 이상일 때" },
        { "@name = 'O''Neil'", "if name is O'Neil", "name이 O'Neil일 때" },
        { ":open = 0 AND :language = 'es'", "while we are closed, and if the customer's language is Spanish",
          "영업시간이 아닐 때, 그리고 고객의 언어가 스페인어일 때" },
        { ":hour < 9 or :hour >= 18", "before 9:00, or from 18:00 on", "9시 전에, 또는 18시부터" },
        /* Not understood: told as typed. */
        { "", "if this is true: “”", "다음 식이 참일 때: “”" },
        { ":open = 0 AND :hour > 3 OR :late", "if this is true: “:open = 0 AND :hour > 3 OR :late”",
          "다음 식이 참일 때: “:open" },
        { "(:open = 0)", "if this is true: “(:open = 0)”", "다음 식이 참일 때" },
        { "length(@name) > 3", "if this is true: “length(@name) > 3”", "다음 식이 참일 때" },
        { "@size + 1 > 3", "if this is true: “@size + 1 > 3”", "다음 식이 참일 때" },
        { ":open = 2", "if this is true: “:open = 2”", "다음 식이 참일 때" },
        { "@name = 'x", "if this is true: “@name = 'x”", "다음 식이 참일 때" },
        { ":hour IN (1, 2)", "if this is true: “:hour IN (1, 2)”", "다음 식이 참일 때" },
        { ":language IN ()", "if this is true: “:language IN ()”", "다음 식이 참일 때" },
        { ":language IN ('ko'", "if this is true", "다음 식이 참일 때" },
        { ":open AND", "if this is true", "다음 식이 참일 때" },
        { ":open :late", "if this is true", "다음 식이 참일 때" },
        { "@a = @b", "if this is true", "다음 식이 참일 때" },
        { "NOT @a", "if this is true", "다음 식이 참일 때" },
        { ":open = 0 -- sleep", "if this is true", "다음 식이 참일 때" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        for (int language = 0; tell_languages[language] != NULL; language++) {
            const char *wanted = language == TELL_ENGLISH ? rows[i].english : rows[i].korean;
            struct buf said = { 0 };

            tell_condition(rows[i].sql, (enum tell_language)language, &said);
            if (strstr(buf_text(&said), wanted) == NULL)
                fail_msg("%s: wanted %s, got %s", rows[i].sql, wanted, buf_text(&said));
            buf_release(&said);
        }
}

/* Conversations that prove the rules are read out, line by line. */
static void questions(void **state)
{
    static const struct row rows[] = {
        { "INSERT INTO faq (question, answer, keywords, language) VALUES"
          " ('Parking?', 'Yes, {{ first_name }}.', 'garage, car park', 'en'), ('주소?', '여기', NULL, NULL);",
          "# Questions and their answers\nThere are 2 questions with answers of their own. They are recognised in other words too; "
          "where several fit, the best does.\nParking?\nThe answer is: “Yes, ‹first_name›.”\nIt is also recognised by “garage, "
          "car park”.\nIt is meant for customers who read English.\n주소?\nThe answer is: “여기”\n",
          "# 자주 묻는 질문과 답\n답이 정해진 질문이 2개 있습니다. 다른 말로 물어도 알아들으며, 여럿이 맞으면 가장 잘 맞는 것을 "
          "고릅니다.\nParking?\n답: “Yes, ‹first_name›.”\n“garage, car park”로도 알아듣습니다.\n영어를 읽는 고객을 위한 "
          "답입니다.\n주소?\n답: “여기”\n" },
        { "INSERT INTO faq (question, answer) VALUES ('a', 'b');",
          "There is 1 question with an answer of its own. It is recognised in other words too.\na\nThe answer is: “b”\n",
          "답이 정해진 질문이 1개 있습니다. 다른 말로 물어도 알아듣습니다.\na\n답: “b”\n" },
    };

    (void)state;
    CHECK(rows);
}

static void talks(void **state)
{
#define TALK \
    "INSERT INTO setting (name, value) VALUES ('allow_local_backends', 'yes');" \
    "INSERT INTO service (name, url) VALUES ('diary', 'https://d.example/');" \
    "INSERT INTO talk (name, starts) VALUES ('t', '2026-05-12 18:00');" \
    "INSERT INTO talk_given (talk, source, answer, status) VALUES ('t', 'diary', '1', NULL), ('t', 'diary', NULL, 404)," \
    " ('t', 'diary', NULL, 'timeout');" \
    "INSERT INTO talk_line (talk, after, customer, bot, expect) VALUES ('t', NULL, 'hi', 'H*', ':open')," \
    " ('t', NULL, NULL, 'More', NULL), ('t', '10 minutes', NULL, NULL, NULL);"
    static const struct row rows[] = {
        { TALK,
          "t\nIt begins at 2026-05-12 18:00.\nThe service “diary” answers “1”.\nThe service “diary” fails with the status 404.\n"
          "The service “diary” does not answer in time.\nCustomer: “hi”\nBot: “H*”\nBy then this is true: “:open”\n"
          "Bot: “More”\n10 minutes later:\nThe bot says nothing.\n",
          "2026-05-12 18:00에 시작합니다.\n“diary” 서비스가 “1”이라고 답합니다.\n“diary” 서비스가 상태 코드 404로 실패합니다.\n"
          "“diary” 서비스가 제시간에 답하지 않습니다.\n고객: “hi”\n봇: “H*”\n이때 다음 식이 참입니다: “:open”\n봇: “More”\n"
          "10분 뒤:\n봇은 아무 말도 하지 않습니다.\n" },
        { "INSERT INTO backend (name, kind, model, key_env) VALUES ('helper', 'openai', 'm', 'K');"
          "INSERT INTO talk (name, starts) VALUES ('t', '2026-05-12 18:00');"
          "INSERT INTO talk_given (talk, source, answer, status) VALUES ('t', 'helper', 'Yes.', NULL), ('t', 'helper', NULL, 500),"
          " ('t', 'helper', NULL, 'timeout'); INSERT INTO talk_line (talk, customer) VALUES ('t', 'hi');",
          "t\nIt begins at 2026-05-12 18:00.\n“helper” answers “Yes.”.\n“helper” fails with the status 500.\n"
          "“helper” does not answer in time.\nCustomer: “hi”\nThe bot says nothing.\n",
          "2026-05-12 18:00에 시작합니다.\n“helper”가 “Yes.”라고 답합니다.\n“helper”가 상태 코드 500으로 실패합니다.\n"
          "“helper”가 제시간에 답하지 않습니다.\n고객: “hi”\n봇은 아무 말도 하지 않습니다.\n" },
    };

    (void)state;
    CHECK(rows);
}

#define FLOW \
    "INSERT INTO flow (name, title, expires, remind, give_up) VALUES ('f', 'your order', '1 hour', '10 minutes', 'who');" \
    "INSERT INTO step (name, say, ask, accept_if, retry, timeout) VALUES " \
    "('f.size', 'How many?', 'number', '@size BETWEEN 1 AND 9', 'Up to 9.', '5 minutes');" \
    "INSERT INTO branch (step, only_if, say, next, redo) VALUES ('f.size', ':timed_out', 'Too slow.', 'end', NULL), " \
    "('f.size', '@size = 7', NULL, NULL, 'size'), ('f.size', NULL, NULL, NULL, NULL);" \
    "INSERT INTO step (name, say, ask, next) VALUES ('f.sure', 'Sure, {{ size }}?', 'choice', 'end');" \
    "INSERT INTO choice (step, label, next) VALUES ('f.sure', 'Yes', 'call'), ('f.sure', 'No', NULL);" \
    "INSERT INTO step (name, action, target) VALUES ('f.call', 'call', 's'), ('f.who', 'handoff', 't');" \
    "INSERT INTO step_set (step, name, value) VALUES ('f.call', 'tries', '1');" \
    "INSERT INTO service (name, url) VALUES ('s', 'https://s.example.com/{{ size }}');" \
    "INSERT INTO service_value (service, name, pointer) VALUES ('s', 'code', '/code');" \
    "INSERT INTO team (name) VALUES ('t');" \
    "INSERT INTO rule (name, words, action, target, interrupts) VALUES ('r', 'w', 'flow', 'f', 'yes');"

static void flows(void **state)
{
    static const struct row rows[] = {
        { FLOW, "contains “w”, the dialogue “f” begins.\nIt acts even in the midst of a dialogue, which then goes on.\n",
          "“w”가 들어 있으면 대화 흐름 “f”를 시작합니다.\n대화 흐름이 진행 중일 때에도 적용하고" },
        { FLOW "INSERT INTO rule (name, words, action, target, interrupts, say) VALUES ('h', 'v', 'handoff', 't', 'yes', 'Ok.');",
          "It acts even in the midst of a dialogue, which it ends.\n",
          "대화 흐름이 진행 중일 때에도 적용하고, 그 흐름은 끝냅니다.\n" },
        { FLOW "INSERT INTO rule (name, words, action, interrupts) VALUES ('c', 'v', 'close', 'yes');",
          "It acts even in the midst of a dialogue, which it ends.\n", "그 흐름은 끝냅니다.\n" },
        { FLOW,
          "f\nIt begins when “r” takes a message.\nCustomers know it as “your order”. After 10 minutes without an answer the "
          "customer is reminded. After 1 hour without an answer it is over. Of answers that do not fit it takes 2; with the "
          "next it goes on at ‹who›.\n",
          "f\n“r” 규칙이 메시지를 맡으면 시작합니다.\n고객에게 보이는 이름은 “your order”입니다. 10분 동안 답이 없으면" },
        { FLOW,
          "‹size›: It asks for a number: “How many?” An answer counts only if size is from 1 to 9. For an answer that does "
          "not fit it says: “Up to 9.” It waits 5 minutes for the answer. But if the answer does not come in time, it says "
          "“Too slow.” and ends. But if size is 7, it asks for ‹size› once more. In any case it goes on.\n",
          "‹size›: 숫자를 묻습니다: “How many?” 다음 경우에만 답으로 받습니다: size가 1 이상 9 이하일 때." },
        { FLOW,
          "‹sure›: It asks for a choice: “Sure, ‹size›?” The choices are “Yes” or “No”. Upon “Yes” it goes on at ‹call›. Then "
          "it ends.\n‹call›: It keeps ‹tries› as “1”. It asks the service “s”.\n‹who›: The team “t” takes over.\n",
          "“Yes”를 고르면 ‹call› 단계로 갑니다. 그다음 끝납니다.\n‹call›: ‹tries›를 “1”로 기억합니다. “s” 서비스에 "
          "물어봅니다.\n‹who›: 대화를 “t” 팀에 넘깁니다.\n" },
        { FLOW,
          "“s” is asked at “https://s.example.com/‹size›”; its answer is waited for 10 seconds.\nFrom the answer of “s” come "
          "‹code›.",
          "“s”에는 “https://s.example.com/‹size›” 주소로 물어보고, 답을 10초 동안 기다립니다.\n" },
        { FLOW, "The team “t” gets the conversations that “f.who” hands over.", "“t” 팀은 “f.who”가 넘기는" },
        { "INSERT INTO flow (name) VALUES ('f'), ('g');"
          "INSERT INTO step (name, say, action, target) VALUES ('f.a', 'Bye', 'close', NULL), ('g.a', NULL, 'flow', 'f');",
          "f\nIt is a part of other dialogues, at “g.a”.\nAfter 1 day without an answer it is over. Of answers that do not fit "
          "it takes 2; with the next it ends.\n‹a›: It says: “Bye” The conversation is closed.\ng\nNothing begins it.\n",
          "‹a›: “f” 흐름을 거쳐 돌아옵니다. 그다음 끝납니다.\n" },
    };

    (void)state;
    CHECK(rows);
}

#define HELPERS                                                                                                        \
    "INSERT INTO team (name) VALUES ('desk');"                                                                         \
    "INSERT INTO flow (name) VALUES ('order');"                                                                        \
    "INSERT INTO step (name, say, ask) VALUES ('order.size', 'Size?', 'text');"                                        \
    "INSERT INTO step (name, action, target) VALUES ('order.doubt', 'consult', 'list');"                               \
    "INSERT INTO backend (name, kind, url, model, key_env, fallback, team, acts, price_in, price_out, day_cap,"        \
    " contact_day_cap) VALUES ('helper', 'openai', 'https://llm.example.com/v1', 'small-3', 'KEY', 'list', NULL,"      \
    " 'handoff desk, close, flow order, set size', '0.15', '0.6', '5', '0.25');"                                       \
    "INSERT INTO backend (name, kind) VALUES ('list', 'faq');"                                                         \
    "INSERT INTO backend (name, kind, url, team) VALUES ('bot', 'rasa', 'https://bot.example.com', 'desk');"

static void backends(void **state)
{
    static const struct row rows[] = {
        { HELPERS RULE("words, action, target", "'w', 'consult', 'helper'"), "contains “w”, “helper” answers.\n",
          "“w”가 들어 있으면 “helper”가 답합니다.\n" },
        { HELPERS RULE("words, action, target, say", "'w', 'consult', 'list', 'Let me see.'"),
          "“list” answers, and until then the customer is told: “Let me see.”\n",
          "“list”가 답하고, 그동안 고객에게 이렇게 말합니다: “Let me see.”\n" },
        { HELPERS,
          "# Who answers freely\nThey write answers of their own. What they may do beside that is listed here; whatever else "
          "they ask for is not done.\nhelper\n“helper” is a model that is asked as those of OpenAI are.\nThe model is "
          "“small-3”.\nIt is asked at “https://llm.example.com/v1”.\nIt may hand over to the team “desk”, close the "
          "conversation, begin the dialogue “order” or keep something as ‹size›.\nIt may cost 5 a day.\nFor one customer it "
          "may cost 0.25 a day.\nWhen it fails, “list” answers.\n",
          "# 스스로 답을 쓰는 AI\n스스로 답을 씁니다. 답 말고 할 수 있는 일은 여기에 적힌 것뿐이며, 그 밖의 일은 하지 않습니다.\n"
          "helper\n“helper”는 OpenAI와 같은 방식으로 물어보는 모델입니다.\n모델은 “small-3”입니다.\n"
          "“https://llm.example.com/v1” 주소로 물어봅니다.\n할 수 있는 일: “desk” 팀에 대화 넘기기, 대화 끝내기, 대화 흐름 "
          "“order” 시작하기 또는 들은 내용을 ‹size›로 기억하기.\n하루에 5까지 쓸 수 있습니다.\n고객 한 명에게는 하루에 0.25까지 "
          "쓸 수 있습니다.\n답하지 못하면 “list”가 대신 답합니다.\n" },
        { HELPERS,
          "list\n“list” is the business's own list of questions and answers.\nWhen it fails, the customer is told: “I am "
          "sorry, I cannot answer this right now. Please try again a little later.”\nbot\n“bot” is a Rasa bot.\nIt is asked "
          "at “https://bot.example.com”.\nWhen nobody answers, a person of the team “desk” takes over.\n",
          "bot\n“bot”은 Rasa 봇입니다.\n“https://bot.example.com” 주소로 물어봅니다.\n아무도 답하지 못하면 “desk” 팀의 "
          "담당자가 대화를 맡습니다.\n" },
        { HELPERS "INSERT INTO phrase (name, language, text) VALUES ('sorry', 'en', 'Not now.');",
          "When it fails, the customer is told: “Not now.”\n", "답하지 못하면 고객에게 이렇게 말합니다: “Not now.”\n" },
        { HELPERS, "The team “desk” gets the conversations that “helper” or “bot” hands over.", "“desk” 팀은 “helper” 또는" },
        { HELPERS, "order\n“helper” may begin it.\n", "order\n“helper”가 시작할 수 있습니다.\n" },
        { HELPERS, "‹doubt›: “list” answers. Then it ends.\n", "‹doubt›: “list”가 답합니다. 그다음 끝납니다.\n" },
        { "INSERT INTO setting (name, value) VALUES ('ai_day_cap', '5.00'), ('ai_contact_day_cap', '0.2');",
          "All AI backends together may cost 5.00 a day.\nFor one customer they may cost 0.2 a day.\n",
          "모든 AI에 쓰는 돈은 하루에 모두 5.00까지입니다.\n고객 한 명에게 AI에 쓰는 돈은 하루에 0.2까지입니다.\n" },
    };

    (void)state;
    CHECK(rows);
}

static size_t holes(const char *pattern)
{
    size_t count = 0;

    for (; (pattern = strstr(pattern, "{}")) != NULL; pattern += 2)
        count++;
    return count;
}

/* Filling never looks behind its values, so both languages must ask for as many in every sentence. */
static void voices_agree(void **state)
{
    const struct tell_voice *en = &tell_english, *ko = &tell_korean;

    (void)state;
    for (int i = 0; i < TELL_SENTENCE_COUNT; i++) {
        assert_non_null(en->sentences[i]);
        assert_int_equal(holes(en->sentences[i]), holes(ko->sentences[i]));
    }
    for (int i = 0; i < PART_COUNT; i++)
        assert_true(en->parts[i] != NULL && ko->parts[i] != NULL);
    for (int i = 0; i < CLAUSE_COUNT; i++) {
        assert_int_equal(holes(en->clauses[i].more), 1);
        assert_int_equal(holes(ko->clauses[i].more), 1);
        assert_int_equal(holes(en->clauses[i].last), 1);
        assert_int_equal(holes(ko->clauses[i].last), 1);
    }
    for (int i = 0; i < COMPARE_COUNT; i++) {
        assert_int_equal(holes(en->compares[i]), holes(ko->compares[i]));
        assert_int_equal(holes(en->hours[i]), holes(ko->hours[i]));
    }
    for (size_t i = 0; i <= ACTION_CONSULT; i++) {
        assert_true(en->acts[i].without != NULL && en->acts[i].with_say != NULL);
        assert_int_equal(holes(en->acts[i].with_say), holes(ko->acts[i].with_say));
        assert_int_equal(holes(en->acts[i].without), holes(ko->acts[i].without));
        assert_int_equal(en->acts[i].afterwards == NULL, ko->acts[i].afterwards == NULL);
    }
    for (size_t i = ASK_TEXT; i <= ASK_MEDIA; i++)
        assert_true(en->asks[i] != NULL && ko->asks[i] != NULL);
    for (size_t i = 0; i <= BACKEND_FAQ; i++)
        assert_true(en->backends[i] != NULL && ko->backends[i] != NULL);
    for (size_t i = 0; i <= ACT_SET; i++)
        assert_int_equal(holes(en->backend_acts[i]), holes(ko->backend_acts[i]));
    for (size_t i = 0; en->settings[i].name != NULL; i++)
        assert_non_null(tell_find(ko->settings, en->settings[i].name));
    for (size_t i = 0; en->facts[i].name != NULL; i++)
        assert_string_equal(en->facts[i].name, ko->facts[i].name);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(matching), cmocka_unit_test(actions),    cmocka_unit_test(business),
        cmocka_unit_test(hours), cmocka_unit_test(beside_speaking),
        cmocka_unit_test(only_if), cmocka_unit_test(questions), cmocka_unit_test(examples), cmocka_unit_test(order),
        cmocka_unit_test(flows), cmocka_unit_test(backends), cmocka_unit_test(talks), cmocka_unit_test(conditions),
        cmocka_unit_test(voices_agree),
    };

    return cmocka_run_group_tests_name("tell", tests, open_zones, close_zones);
}
