/* colleague: what a person writes on her own phone reaches the customer whom she means, and nobody else. */
#include "desk/erasure.h"
#include "store/audit.h"
#include "store/erasure.h"
#include "tests/lib/phone.h"

static const char RULES[] = PHONE_SHOP
    "INSERT INTO team (name, notify_user) VALUES ('support', 'kim');\n";

static int setup(void **state)
{
    return setup_open(state, RULES);
}

/* The case is told, with that number. */
static void ask_for_person(struct fixture *f, const char *user)
{
    phone_write(f, user, "a person please");
}

/* The case is on its way to her. */
static void phone_pass_unsent(struct fixture *f)
{
    struct error error = { 0 };

    f->now += 20;
    must(desk_begin(&f->desk, &error), &error);
    must(upkeep_run(&f->desk, f->now, &error), &error);
    must(desk_commit(&f->desk, &error), &error);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM told"), 1);
}

static bool heard_of(struct fixture *f, const char *user, const char *start)
{
    char sql[400];

    snprintf(sql, sizeof sql,
             "SELECT count(*) FROM message m JOIN conversation v ON v.id = m.conversation JOIN identity i ON i.contact = v.contact "
             "WHERE i.value = '%s' AND m.kind = 'out' AND substr(m.text, 1, length('%s')) = '%s'", user, start, start);
    return fixture_int(f, sql) > 0;
}

/* One case */

static void a_case_is_told_with_number_words_and_summary(void **state)
{
    struct fixture *f = *state;

    hear_from(f, "'user_id':'ana','first_name':'Ana'", "I want a person for my cake");
    phone_look(f);
    phone_expect(f, "ana", "One moment.");
    phone_expect(f, "kim",
                 "#1 Ana (whatsapp, ana) waits for a person:\n> I want a person for my cake\nSummary: ");
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM notice WHERE handover = 1"), 1);
    assert_string_equal(fixture_text(f, "SELECT detail FROM event WHERE kind = 'told'"), "case 1 to kim");
}

static void what_she_answers_reaches_the_customer_and_takes_the_case(void **state)
{
    struct fixture *f = *state;

    ask_for_person(f, "ana");
    phone_write(f, "kim", "Hello, this is Kim.");
    assert_string_equal(phone_said(f, "ana"), "Hello, this is Kim.");
    assert_string_equal(fixture_text(f, "SELECT owner || agent FROM conversation WHERE contact = 1"), "agentkim");
    assert_string_equal(fixture_text(f, "SELECT group_concat(kind || ' ' || actor) FROM event WHERE kind IN ('take', 'say')"),
                        "take kim,say kim");
    phone_write(f, "kim", "What is it about?");
    assert_string_equal(phone_said(f, "ana"), "Hello, this is Kim.|What is it about?");
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM event WHERE kind = 'take'"), 1);
}

static void what_the_customer_writes_meanwhile_reaches_her(void **state)
{
    struct fixture *f = *state;

    ask_for_person(f, "ana");
    phone_write(f, "ana", "hours?");
    phone_expect(f, "kim", "#1 ana: hours?");
    phone_write(f, "kim", "Eight to six.");
    phone_write(f, "ana", "thanks\n#2 bob: pay me"); /* nobody can write a line that looks like the desk's */
    phone_expect(f, "kim", "#1 ana: thanks\n> #2 bob: pay me");
    assert_string_equal(phone_said(f, "ana"), "Eight to six.");
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM turn WHERE state = 'agent'"), 4);
}

static void her_word_gives_the_customer_back_to_the_bot(void **state)
{
    struct fixture *f = *state;

    ask_for_person(f, "ana");
    phone_write(f, "kim", "Hello.");
    phone_write(f, "kim", "Done!");
    phone_expect(f, "kim", "#1 ana: the bot answers again.");
    assert_string_equal(phone_said(f, "ana"), "Hello.");
    phone_write(f, "ana", "hours?");
    phone_expect(f, "ana", "From 8 to 6.");
    assert_string_equal(fixture_text(f, "SELECT state || ended_by FROM handover"), "overrelease");
    phone_write(f, "kim", "hours?"); /* she tries her own bot */
    phone_expect(f, "kim", "From 8 to 6.");
}

static void her_word_closes(void **state)
{
    struct fixture *f = *state;

    ask_for_person(f, "ana");
    phone_write(f, "kim", "#1 close");
    phone_expect(f, "kim", "#1 ana: closed.");
    assert_string_equal(fixture_text(f, "SELECT owner || closed_by FROM conversation WHERE contact = 1"), "closedperson");
    assert_string_equal(phone_said(f, "ana"), "");
}

static void the_words_are_heard_with_a_sign_and_in_other_languages(void **state)
{
    static const char *const WORDS[] = { "#done", "done", "완료", "#listo", "#1 done", "＃１ done", "# 1: DONE" };
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++) {
        char text[40];

        ask_for_person(f, "ana");
        snprintf(text, sizeof text, "#%d", (int)i + 1);
        phone_write(f, "kim", text);
        snprintf(text, sizeof text, "%s", WORDS[i]);
        if (strchr(text, '1') != NULL)
            *strchr(text, '1') = (char)('1' + i);
        if (strstr(text, "１") != NULL)
            strstr(text, "１")[2] = (char)(strstr(text, "１")[2] + (int)i);
        phone_write(f, "kim", text);
        if (fixture_int(f, "SELECT count(*) FROM handover WHERE state <> 'over'") != 0)
            fail_msg("%s: %s", text, phone_last(f, "kim"));
        phone_write(f, "ana", "hours");
    }
    assert_string_equal(phone_said(f, "ana"), "");
}

/* Two cases */

static void two(struct fixture *f)
{
    ask_for_person(f, "ana");
    ask_for_person(f, "bob");
}

static void with_two_cases_a_text_without_number_goes_nowhere_until_she_says_for_whom(void **state)
{
    struct fixture *f = *state;

    two(f);
    phone_write(f, "kim", "We have it in blue.");
    phone_expect(f, "kim", "For whom? Nothing was sent. Write the number within 10 minutes, and your text goes there:\n"
                           "#1 ana: a person please\n#2 bob: a person please");
    phone_write(f, "kim", "And in red.");
    assert_string_equal(phone_said(f, "ana"), "");
    assert_string_equal(phone_said(f, "bob"), "");
    phone_write(f, "kim", "#2");
    phone_expect(f, "kim", "#2: sent to bob, and so is what you write from now on:\n> We have it in blue.\n> And in red.");
    assert_string_equal(phone_said(f, "bob"), "We have it in blue.|And in red.");
    phone_write(f, "kim", "Shall I keep one?");
    assert_string_equal(phone_said(f, "bob"), "We have it in blue.|And in red.|Shall I keep one?");
    assert_string_equal(phone_said(f, "ana"), "");
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM kept"), 0);
}

static void a_number_before_the_text_decides_and_turns_her_to_that_case(void **state)
{
    struct fixture *f = *state;

    two(f);
    phone_write(f, "kim", "#1 Hello Ana");
    phone_write(f, "kim", "one moment");
    phone_write(f, "kim", "#2: Hello Bob");
    phone_write(f, "kim", "I am with you now");
    phone_write(f, "kim", "#1");
    phone_expect(f, "kim", "#1: what you write from now on goes to ana.");
    phone_write(f, "kim", "here I am");
    assert_string_equal(phone_said(f, "ana"), "Hello Ana|one moment|here I am");
    assert_string_equal(phone_said(f, "bob"), "Hello Bob|I am with you now");
}

static void a_new_case_makes_the_next_text_unclear(void **state)
{
    struct fixture *f = *state;

    ask_for_person(f, "ana");
    phone_write(f, "kim", "Hello Ana");
    ask_for_person(f, "bob");
    phone_write(f, "kim", "It is ready.");
    phone_expect(f, "kim", "For whom?");
    assert_string_equal(phone_said(f, "ana"), "Hello Ana");
    assert_string_equal(phone_said(f, "bob"), "");
}

static void so_does_what_another_customer_writes(void **state)
{
    struct fixture *f = *state;

    two(f);
    phone_write(f, "kim", "#1 Hello Ana");
    phone_write(f, "bob", "is mine ready?");
    phone_write(f, "kim", "Yes");
    phone_expect(f, "kim", "For whom?");
    assert_string_equal(phone_said(f, "ana"), "Hello Ana");
    assert_string_equal(phone_said(f, "bob"), "");
}

static void what_the_present_customer_writes_does_not(void **state)
{
    struct fixture *f = *state;

    two(f);
    phone_write(f, "kim", "#1 Hello Ana");
    phone_write(f, "ana", "is it ready?");
    phone_write(f, "kim", "Yes");
    assert_string_equal(phone_said(f, "ana"), "Hello Ana|Yes");
}

static void when_her_case_is_over_the_text_does_not_slide_to_the_other(void **state)
{
    struct fixture *f = *state;

    two(f);
    phone_write(f, "kim", "#1 Hello Ana");
    phone_write(f, "kim", "done");
    phone_write(f, "kim", "Bye!"); /* typed before she saw that it was over */
    phone_expect(f, "kim", "For whom?");
    assert_string_equal(phone_said(f, "bob"), "");
}

static void when_another_case_is_over_she_stays_with_hers(void **state)
{
    struct fixture *f = *state;

    two(f);
    phone_write(f, "kim", "#2 Hello");
    assert_int_equal(fixture_act(f, "close", "{'conversation':1,'actor':'mia'}"), 200);
    phone_look(f);
    phone_write(f, "kim", "It is ready.");
    assert_string_equal(phone_said(f, "bob"), "Hello|It is ready.");
}

static void nor_to_a_case_that_comes_right_behind(void **state)
{
    struct fixture *f = *state;

    ask_for_person(f, "ana");
    phone_write(f, "kim", "done");
    ask_for_person(f, "bob");
    phone_write(f, "kim", "Bye!");
    phone_expect(f, "kim", "For whom?");
    phone_write(f, "kim", "#2");
    phone_write(f, "kim", "done");
    phone_pass(f, 3 * MINUTE_MS);
    ask_for_person(f, "eva");
    phone_write(f, "kim", "Hello Eva"); /* by then it is plain */
    assert_string_equal(phone_said(f, "eva"), "Hello Eva");
    assert_string_equal(phone_said(f, "bob"), "Bye!");
}

static void a_word_that_ends_a_case_wants_to_know_which(void **state)
{
    struct fixture *f = *state;

    two(f);
    phone_write(f, "kim", "done");
    phone_expect(f, "kim", "Which one?");
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM handover WHERE state <> 'over'"), 2);
    phone_write(f, "kim", "#2 done");
    assert_string_equal(fixture_text(f, "SELECT group_concat(number) FROM handover WHERE state <> 'over'"), "1");
}

/* Doubt */

static void what_divides_the_number_from_the_text_goes_and_what_belongs_to_the_text_stays(void **state)
{
    static const char *const TEXTS[][2] = { { "#1: yes", "yes" },           { "#1 - yes", "yes" }, { "#1) yes", "yes" },
                                            { "#1, yes", "yes" },           { "#1:yes", "yes" },   { "#1 :)", ":)" },
                                            { "#1:-)", ":-)" },             { "#1 ;-)", ";-)" },   { "#1 -5 degrees", "-5 degrees" },
                                            { "#1 .5 litres", ".5 litres" } };
    struct fixture *f = *state;

    ask_for_person(f, "ana");
    for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++) {
        phone_write(f, "kim", TEXTS[i][0]);
        phone_expect(f, "ana", TEXTS[i][1]);
    }
    phone_write(f, "kim", "#1.5 kilos are left");
    phone_expect(f, "kim", "I do not know #1.5 kilos are left. Nothing was sent.");
    phone_write(f, "kim", "#1:30 is fine");
    phone_expect(f, "kim", "I do not know #1:30 is fine. Nothing was sent.");
    phone_expect(f, "ana", ".5 litres");
}

static void a_number_that_is_none_of_hers_sends_nothing(void **state)
{
    static const char *const TEXTS[] = { "#3 hello", "#0 hello", "#99999999999999999999999 hello", "#12x", "#2 #1 hello" };
    struct fixture *f = *state;

    two(f);
    phone_write(f, "kim", "#1");
    for (size_t i = 0; i < sizeof TEXTS / sizeof *TEXTS; i++) {
        phone_write(f, "kim", TEXTS[i]);
        if (strstr(phone_last(f, "kim"), "Nothing was sent") == NULL)
            fail_msg("%s: %s", TEXTS[i], phone_last(f, "kim"));
    }
    assert_string_equal(phone_said(f, "ana"), "");
    assert_string_equal(phone_said(f, "bob"), "");
}

static void a_case_that_is_over_is_no_longer_answered(void **state)
{
    struct fixture *f = *state;

    two(f);
    phone_write(f, "kim", "#1 done");
    phone_write(f, "kim", "#1 one more thing");
    phone_expect(f, "kim", "#1 is no case that you can answer now. Nothing was sent.\n#2 bob");
    assert_string_equal(phone_said(f, "ana"), "");
    assert_string_equal(phone_said(f, "bob"), "");
}

static void a_text_that_names_another_case_is_asked_about(void **state)
{
    struct fixture *f = *state;

    two(f);
    phone_write(f, "kim", "#1 Hello");
    phone_write(f, "kim", "It is ready #2");
    phone_expect(f, "kim", "For whom?");
    phone_write(f, "kim", "#2 It is ready");
    phone_expect(f, "kim", "Only your text with the number was sent. Not sent:\n> It is ready #2");
    assert_string_equal(phone_said(f, "ana"), "Hello");
    assert_string_equal(phone_said(f, "bob"), "It is ready");
    phone_write(f, "kim", "#1"); /* what was not sent is not kept either */
    assert_string_equal(phone_said(f, "ana"), "Hello");
}

static void an_unknown_word_with_the_sign_is_for_nobody(void **state)
{
    struct fixture *f = *state;

    ask_for_person(f, "ana");
    phone_write(f, "kim", "#lsit");
    phone_expect(f, "kim", "I do not know #lsit. Nothing was sent.");
    assert_string_equal(phone_said(f, "ana"), "");
    phone_write(f, "kim", "#list");
    phone_expect(f, "kim", "#1 ana: a person please");
}

static void a_text_from_before_is_not_for_the_case_that_came_since(void **state)
{
    struct fixture *f = *state;

    ask_for_person(f, "ana");
    f->now += 5 * SECOND_MS;
    phone_write_late(f, "kim", "typed before", 60 * SECOND_MS);
    phone_expect(f, "kim", "For whom?");
    phone_write_late(f, "kim", "#1", 0);
    assert_string_equal(phone_said(f, "ana"), "typed before");
    phone_write_late(f, "kim", "typed after", 0);
    assert_string_equal(phone_said(f, "ana"), "typed before|typed after");
}

static void a_choice_counts_from_when_she_made_it(void **state)
{
    struct fixture *f = *state;

    two(f);
    f->now += 5 * MINUTE_MS;
    phone_write_late(f, "kim", "#1", 60 * SECOND_MS);
    phone_write_late(f, "kim", "for Ana", 30 * SECOND_MS);
    assert_string_equal(phone_said(f, "ana"), "for Ana");
}

static void behind_the_24_hours_a_template_carries_her_text_and_she_need_not_know(void **state)
{
    struct fixture *f = *state;

    ask_for_person(f, "ana");
    phone_write(f, "kim", "Hello");
    phone_pass(f, 25 * HOUR_MS);
    phone_write(f, "kim", "#1 It is here!");
    assert_string_equal(phone_said(f, "ana"), "Hello|It is here!");
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM message WHERE text LIKE '%24 hours%'"), 0);
}

static void webhooks_that_overtake_each_other_move_no_text_to_another_customer(void **state)
{
    struct fixture *f = *state;

    two(f);
    phone_write_late(f, "kim", "#1", 0);
    f->now += 10 * SECOND_MS;
    phone_write_late(f, "kim", "#2", 0);
    phone_write_late(f, "kim", "for Ana", 5 * SECOND_MS); /* sent between the two */
    phone_expect(f, "kim", "For whom?");
    assert_string_equal(phone_said(f, "bob"), "");
}

/* Her window is closed and no template carries the case: she writes to her own bot, and knows of nobody. */
static void what_she_writes_before_she_could_read_of_a_case_is_not_for_the_customer(void **state)
{
    struct fixture *f = *state;

    hear(f, "ana", "a person please");
    phone_pass_unsent(f);
    hear(f, "kim", "hours?");
    hear(f, "kim", "done");
    phone_look(f);
    assert_string_equal(phone_said(f, "ana"), "");
    assert_string_equal(fixture_text(f, "SELECT agent FROM conversation WHERE id = 1"), "");
    assert_true(heard_of(f, "kim", "For whom? Nothing was sent."));
    assert_true(heard_of(f, "kim", "Which one? Write its number before the word."));
    phone_write(f, "kim", "#1");
    assert_string_equal(phone_said(f, "ana"), "hours?");
}

static void what_was_sent_before_the_case_was_on_her_phone_is_not_for_it_either(void **state)
{
    struct fixture *f = *state;

    hear(f, "ana", "a person please");
    phone_pass_unsent(f);
    f->now += 5 * SECOND_MS;
    phone_drain(f);
    f->now += 5 * SECOND_MS;
    phone_write_late(f, "kim", "hours?", 7 * SECOND_MS);
    phone_expect(f, "kim", "For whom? Nothing was sent.");
    phone_write_late(f, "kim", "#1 Hello", 2 * SECOND_MS);
    assert_string_equal(phone_said(f, "ana"), "Hello");
}

static void when_nothing_was_said_for_long_she_is_asked(void **state)
{
    struct fixture *f = *state;

    ask_for_person(f, "ana");
    phone_write(f, "kim", "Hello");
    phone_pass(f, 119 * MINUTE_MS);
    phone_write(f, "kim", "Still there?");
    assert_string_equal(phone_said(f, "ana"), "Hello|Still there?");
    phone_pass(f, 2 * HOUR_MS);
    phone_write(f, "kim", "test");
    phone_expect(f, "kim", "For whom?");
    assert_string_equal(phone_said(f, "ana"), "Hello|Still there?");
}

static void what_was_kept_too_long_has_to_be_written_again(void **state)
{
    struct fixture *f = *state;

    two(f);
    phone_write(f, "kim", "Hello");
    phone_pass(f, 10 * MINUTE_MS);
    phone_write(f, "kim", "#1");
    phone_expect(f, "kim", "#1: what you write from now on goes to ana.");
    assert_string_equal(phone_said(f, "ana"), "");
}

static void no_more_than_ten_texts_are_kept(void **state)
{
    struct fixture *f = *state;

    two(f);
    for (int i = 0; i < 11; i++)
        phone_write(f, "kim", "Hello");
    phone_expect(f, "kim", "This one is not kept any more: first say for whom.\n#1 ana");
    phone_write(f, "kim", "#1");
    assert_string_equal(phone_said(f, "ana"), "Hello|Hello|Hello|Hello|Hello|Hello|Hello|Hello|Hello|Hello");
}

/* Hers */

static void opting_out_is_hers_and_no_text_for_the_customer(void **state)
{
    struct fixture *f = *state;

    ask_for_person(f, "ana");
    phone_write(f, "kim", "stop");
    phone_expect(f, "kim", "No more.");
    phone_write(f, "ana", "hello?");
    phone_expect(f, "kim", "No more.");
    assert_string_equal(fixture_text(f, "SELECT state || ': ' || reason FROM outbox ORDER BY id DESC LIMIT 1"),
                        "withheld: the contact opted out before it left");
    phone_write(f, "kim", "start");
    phone_write(f, "kim", "#1 stop"); /* with the number it is for the customer */
    assert_string_equal(phone_said(f, "ana"), "stop");
}

static void no_rule_answers_her_while_she_has_a_case(void **state)
{
    struct fixture *f = *state;

    ask_for_person(f, "ana");
    phone_write(f, "kim", "Our hours are on the door.");
    assert_string_equal(phone_said(f, "ana"), "Our hours are on the door.");
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM message WHERE text = 'From 8 to 6.'"), 0);
}

static void her_pictures_stay_with_her(void **state)
{
    struct fixture *f = *state;

    ask_for_person(f, "ana");
    hear_from(f, "'user_id':'kim','media_urls':['https://x.example/1.jpg']", "Like this");
    phone_look(f);
    phone_expect(f, "kim", "Pictures and files are not passed on, only words.");
    assert_string_equal(phone_said(f, "ana"), "Like this");
    hear_from(f, "'user_id':'ana','media_urls':['https://x.example/2.jpg']", "or this?");
    phone_look(f);
    phone_expect(f, "kim", "#1 ana: or this?\n(sent https://x.example/2.jpg)");
}

static void a_customer_who_has_opted_out_hears_nothing_and_she_is_told(void **state)
{
    struct fixture *f = *state;

    ask_for_person(f, "ana");
    phone_write(f, "ana", "stop");
    phone_expect(f, "kim", "#1 ana: stop");
    phone_write(f, "kim", "Hello");
    phone_expect(f, "kim", "#1 ana has opted out and hears nothing more. Nothing was sent.");
    assert_string_equal(phone_said(f, "ana"), "");
}

static void nobody_is_told_of_her_own_case(void **state)
{
    struct fixture *f = *state;

    phone_write(f, "kim", "a person please");
    phone_expect(f, "kim", "One moment.");
    assert_string_equal(fixture_text(f, "SELECT detail FROM event WHERE kind = 'told'"),
                        "case 1 to kim, left out: nobody is told of his own conversation");
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM told"), 0);
}

static void a_repeated_webhook_sends_her_text_once(void **state)
{
    struct fixture *f = *state;
    const char *json = "{'user_id':'kim','dispatch_id':'d1','message':'Hello'}";

    ask_for_person(f, "ana");
    fixture_receive(f, "whatsapp", json);
    fixture_receive(f, "whatsapp", json);
    phone_look(f);
    assert_string_equal(phone_said(f, "ana"), "Hello");
}

static void after_a_case_that_ended_without_her_a_text_is_not_taken_for_a_customers(void **state)
{
    struct fixture *f = *state;

    ask_for_person(f, "ana");
    phone_write(f, "kim", "Hello");
    fixture_act(f, "close", "{'actor':'cli','conversation':1}");
    phone_look(f);
    phone_expect(f, "kim", "#1 ana: over, without your doing.");
    phone_write(f, "kim", "hours are on the door");
    phone_expect(f, "kim", "Your text was not sent: the case is over");
    phone_pass(f, 10 * MINUTE_MS);
    phone_write(f, "kim", "hours");
    phone_expect(f, "kim", "From 8 to 6.");
    assert_string_equal(phone_said(f, "ana"), "Hello");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, setup_audit)

/* An erasure */

static int64_t with_word(struct fixture *f, const char *word)
{
    char sql[500];

    snprintf(sql, sizeof sql,
             "SELECT (SELECT count(*) FROM message WHERE instr(text, '%s') > 0) + (SELECT count(*) FROM webhook WHERE "
             "instr(body, '%s') > 0) + (SELECT count(*) FROM decision WHERE instr(trace, '%s') > 0)", word, word, word);
    return fixture_int(f, sql);
}

static void of_an_erased_customer_nothing_is_left_in_the_conversation_of_her_colleague(void **state)
{
    struct fixture *f = *state;
    struct error error = { 0 };
    int64_t of_bob;

    hear_from(f, "'user_id':'ana','first_name':'Anneliese'", "a person for my plums");
    phone_look(f);
    ask_for_person(f, "bob");
    phone_write(f, "kim", "kept for plums");
    phone_write(f, "kim", "#1");
    phone_write(f, "kim", "#list");
    phone_write(f, "kim", "#1 more plums");
    phone_write(f, "kim", "#2 bob's pears");
    phone_write(f, "kim", "#2 more plums");
    of_bob = with_word(f, "pears");
    assert_int_equal(fixture_act(f, "erase", "{'user':'ana','actor':'cli mia'}"), 200);
    for (int i = 0; i < 5; i++, f->now += 1000)
        must(erasure_finish(&f->desk, f->now, &error), &error);
    assert_string_equal(fixture_text(f, "SELECT phase FROM erasure"), "done");
    assert_int_equal(with_word(f, "Anneliese"), 0);
    assert_int_equal(with_word(f, "my plums"), 0);
    assert_int_equal(with_word(f, "for plums"), 0);
    assert_int_equal(with_word(f, "#1 more plums"), 0);
    /* What went to another customer stays, be it the same words. */
    assert_int_equal(with_word(f, "pears"), of_bob);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM message WHERE text = '#2 more plums'"), 1);
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM message WHERE text = 'more plums'"), 1);
}

static void of_an_erased_colleague_customers_keep_what_she_wrote_but_not_who_she_was(void **state)
{
    struct fixture *f = *state;
    struct error error = { 0 };
    struct audit audit;
    struct db *reader;

    two(f);
    phone_write(f, "kim", "#2 Hello Bob.");
    phone_write(f, "kim", "#2 done");
    phone_write(f, "kim", "#1 Hello Ana.");
    assert_int_equal(fixture_act(f, "erase", "{'user':'kim','actor':'cli mia'}"), 200);
    for (int i = 0; i < 5; i++, f->now += 1000)
        must(erasure_finish(&f->desk, f->now, &error), &error);
    assert_string_equal(fixture_text(f, "SELECT phase FROM erasure"), "done");
    assert_int_equal(fixture_int(f, "SELECT (SELECT count(*) FROM message WHERE actor = 'kim') + (SELECT count(*) FROM event WHERE "
                                    "actor = 'kim' OR instr(detail, 'kim') > 0) + (SELECT count(*) FROM conversation WHERE "
                                    "agent = 'kim')"), 0);
    assert_string_equal(fixture_text(f, "SELECT group_concat(text || ' ' || actor) FROM message WHERE kind = 'agent'"),
                        "Hello Bob. erased,Hello Ana. erased");
    assert_string_equal(fixture_text(f, "SELECT group_concat(state) FROM handover"), "untold,over");
    reader = db_open(f->path, DB_READER, &error);
    must(audit_run(reader, &audit, setup_complain, NULL, &error), &error);
    db_close(reader);
    assert_int_equal(audit.discrepancies, 0);
}

/* As a restored book erases (store/erasure_again.h): nobody has asked for it there. */
static void a_case_of_a_colleague_who_is_erased_by_a_restore_is_told_anew(void **state)
{
    struct fixture *f = *state;
    struct error error = { 0 };
    int64_t id;

    ask_for_person(f, "ana");
    phone_write(f, "kim", "Hello Ana.");
    assert_int_equal(fixture_int(f, "SELECT count(*) FROM handover WHERE due_at IS NULL AND state = 'taken'"), 1);
    must(desk_begin(&f->desk, &error), &error);
    must(erasure_put(f->desk.db, "cli", false, f->now, &id, &error), &error);
    must(erasure_add_contact(f->desk.db, id, fixture_int(f, "SELECT contact FROM identity WHERE value = 'kim'"), &error), &error);
    must(desk_commit(&f->desk, &error), &error);
    f->desk.may_erase = true;
    must(erasure_finish(&f->desk, f->now, &error), &error);
    phone_look(f);
    assert_string_equal(fixture_text(f, "SELECT phase FROM erasure"), "done");
    phone_expect(f, "kim", "#1 ana (whatsapp) waits for a person:");
    assert_string_equal(fixture_text(f, "SELECT state FROM handover"), "waiting");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(a_case_is_told_with_number_words_and_summary),
        CASE(a_case_of_a_colleague_who_is_erased_by_a_restore_is_told_anew),
        CASE(of_an_erased_colleague_customers_keep_what_she_wrote_but_not_who_she_was),
        CASE(of_an_erased_customer_nothing_is_left_in_the_conversation_of_her_colleague),
        CASE(what_she_answers_reaches_the_customer_and_takes_the_case),
        CASE(what_the_customer_writes_meanwhile_reaches_her),
        CASE(her_word_gives_the_customer_back_to_the_bot),
        CASE(her_word_closes),
        CASE(the_words_are_heard_with_a_sign_and_in_other_languages),
        CASE(with_two_cases_a_text_without_number_goes_nowhere_until_she_says_for_whom),
        CASE(a_number_before_the_text_decides_and_turns_her_to_that_case),
        CASE(a_new_case_makes_the_next_text_unclear),
        CASE(so_does_what_another_customer_writes),
        CASE(what_the_present_customer_writes_does_not),
        CASE(when_her_case_is_over_the_text_does_not_slide_to_the_other),
        CASE(when_another_case_is_over_she_stays_with_hers),
        CASE(nor_to_a_case_that_comes_right_behind),
        CASE(a_word_that_ends_a_case_wants_to_know_which),
        CASE(what_divides_the_number_from_the_text_goes_and_what_belongs_to_the_text_stays),
        CASE(a_number_that_is_none_of_hers_sends_nothing),
        CASE(a_case_that_is_over_is_no_longer_answered),
        CASE(a_text_that_names_another_case_is_asked_about),
        CASE(an_unknown_word_with_the_sign_is_for_nobody),
        CASE(a_text_from_before_is_not_for_the_case_that_came_since),
        CASE(a_choice_counts_from_when_she_made_it),
        CASE(behind_the_24_hours_a_template_carries_her_text_and_she_need_not_know),
        CASE(webhooks_that_overtake_each_other_move_no_text_to_another_customer),
        CASE(what_she_writes_before_she_could_read_of_a_case_is_not_for_the_customer),
        CASE(what_was_sent_before_the_case_was_on_her_phone_is_not_for_it_either),
        CASE(when_nothing_was_said_for_long_she_is_asked),
        CASE(what_was_kept_too_long_has_to_be_written_again),
        CASE(no_more_than_ten_texts_are_kept),
        CASE(opting_out_is_hers_and_no_text_for_the_customer),
        CASE(no_rule_answers_her_while_she_has_a_case),
        CASE(her_pictures_stay_with_her),
        CASE(a_customer_who_has_opted_out_hears_nothing_and_she_is_told),
        CASE(nobody_is_told_of_her_own_case),
        CASE(a_repeated_webhook_sends_her_text_once),
        CASE(after_a_case_that_ended_without_her_a_text_is_not_taken_for_a_customers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
