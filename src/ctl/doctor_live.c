/*
 * doctor_live: see the header. Ctrl-C ends it at each step; nothing has to be undone then, for nothing is
 * changed.
 */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "ctl/act.h"
#include "ctl/doctor_live.h"
#include "ctl/init_embedded.h"
#include "ctl/remedy.h"
#include "ctl/turned_away.h"
#include "store/arrival.h"
#include "store/lane.h"

enum {
    LOOK_EVERY_MS = 300,
    DOOR_EVERY = 4, /* looks */
    HINT_AFTER_MS = 60 * 1000,
    LANES_MAX = 64,
    ARRIVAL_WAIT_MS = 15 * 60 * 1000,
    ANSWER_WAIT_MS = 2 * 60 * 1000
};

struct live {
    struct call *call;
    struct db *db;
    sigset_t signals;
    bool is_over; /* Ctrl-C */
    enum daemon_state state; /* other than up: the daemon does not answer any more */
    unsigned looks;
    struct turned_away turned; /* when it was last looked at */
    char trouble[sizeof ((struct lane *)NULL)->reason]; /* of the lane, "" while all is well */
    struct arrival arrival;
};

#define TELL(live, kind, ...) output_note((live)->call->output, kind, __VA_ARGS__)

/* Pauses. false: it is over. */
static bool go_on(struct live *live)
{
    struct timespec wait = { .tv_nsec = LOOK_EVERY_MS * 1000000L };

    live->is_over |= sigtimedwait(&live->signals, NULL, &wait) > 0;
    return !live->is_over;
}

/* `ended`: what is to be said of one that is not there. */
static int refuse_without_daemon(struct call *call, enum daemon_state state, const char *ended)
{
    static const char *const said[] = { [DAEMON_MUTE] = "does not answer at its socket", [DAEMON_FROZEN] = "is frozen" };
    bool is_down = state == DAEMON_DOWN;
    struct buf start = { 0 };
    int code;

    remedy_add(call, is_down ? "systemctl start frontdeskd" : "systemctl restart frontdeskd", &start);
    code = call_fail(call, EXIT_FAILED, "the daemon %s: %s, then begin again", is_down ? ended : said[state], buf_text(&start));
    buf_release(&start);
    return code;
}

static int end_early(struct live *live)
{
    if (live->state != DAEMON_UP)
        return refuse_without_daemon(live->call, live->state, "has ended");
    TELL(live, NOTE_PLAIN, "Ended. Nothing was changed; begin again whenever you like.");
    return EXIT_FAILED;
}

/* What ends the sentence: others' words may bring their own. */
static const char *stop_of(const char *words)
{
    size_t len = strlen(words);

    return len > 0 && words[len - 1] == '.' ? "" : ".";
}

/* What is to be pasted */

static void show_template(struct live *live)
{
    TELL(live, NOTE_PLAIN, "Paste this as the body (Raw text) of the webhook campaign:");
    for (unsigned i = 0; i < init_file_count; i++)
        if (strcmp(init_files[i].name, "braze-body.json") == 0)
            output_document(live->call->output, "body", init_files[i].text);
}

/* It comes in */

static void hint_at_silence(struct live *live)
{
    TELL(
        live, NOTE_WARN,
        "Nothing has come for a minute. Look in Braze: is the webhook campaign running, without a trigger word, for all users? "
        "Is its URL that of this machine, with https and no port? Does its Message Activity Log show an error: 401 is a wrong "
        "token in the header Authorization, 599 means that this machine cannot be reached. I go on waiting.");
}

static void tell_turned_away(struct live *live, struct turned_away news)
{
    struct buf blame = { 0 }, remedy = { 0 };

    turned_away_blame(&news, &blame);
    turned_away_remedy(&news, &remedy);
    if (news.bare > 0 || news.strange > 0 || news.astray > 0)
        TELL(live, NOTE_BAD, "A call came, and was turned away with %s. Braze does not repeat it: %s, and write once more.",
             buf_text(&blame), buf_text(&remedy));
    buf_release(&blame);
    buf_release(&remedy);
}

/* Who showed a wrong token is nowhere in the book. Also: is the daemon still there? */
static void look_at_door(struct live *live)
{
    struct json *facts = act_facts(live->call);
    struct turned_away before = live->turned;

    live->state = facts != NULL ? DAEMON_UP : act_daemon_state(live->call);
    live->is_over |= live->state != DAEMON_UP;
    if (facts != NULL)
        turned_away_read(facts, &live->turned);
    json_free(facts);
    tell_turned_away(live, turned_away_since(&before, &live->turned));
}

/* Those of before are told once. */
static void begin_at_door(struct live *live)
{
    struct json *facts = act_facts(live->call);
    struct buf text = { 0 }, remedy = { 0 };

    turned_away_read(facts, &live->turned);
    turned_away_remedy(&live->turned, &remedy);
    if (turned_away_tell(&live->turned, live->call->now, &text))
        TELL(live, NOTE_WARN, "%s. If none comes now, %s.", buf_text(&text), buf_text(&remedy));
    buf_release(&text);
    buf_release(&remedy);
    json_free(facts);
}

/* 1: there it is; 0: not within the time, or ended; -1: failed. */
static int wait_for_arrival(struct live *live, int64_t *behind, struct error *error)
{
    int64_t began = clock_monotonic_ms();
    bool is_hinted = false;

    while (go_on(live)) {
        int64_t waited = clock_monotonic_ms() - began;
        int found = arrival_next(live->db, *behind, &live->arrival, error);

        if (live->looks++ % DOOR_EVERY == 0)
            look_at_door(live);
        if (found != 0) {
            *behind = live->arrival.webhook;
            return found;
        }
        if (waited > ARRIVAL_WAIT_MS)
            return 0;
        if (waited > HINT_AFTER_MS && !is_hinted) {
            hint_at_silence(live);
            is_hinted = true;
        }
    }
    return 0;
}

/* On a desk that is open already customers write, too. What has no text may be the owner's, by a body that lacks it. */
static bool is_another(const struct arrival *a)
{
    return a->message != 0 && a->text.len > 0 && strcasestr(buf_text(&a->text), "hello") == NULL;
}

/* What is odd about it, though it was read. */
static void tell_oddities(struct live *live)
{
    const struct arrival *a = &live->arrival;

    if (a->text.len > 0 && strchr(buf_text(&a->text), '"') == NULL)
        TELL(live, NOTE_WARN,
             "It came without straight quotation marks, so whether the body has its json_escape is not seen yet: write \"hello\" "
             "with them the next time.");

    if (a->text.len == 0)
        TELL(live, NOTE_WARN, "It came without text. Perhaps the line \"message\" of the body names another channel's.");
    if (strstr(buf_text(&a->reason), "salvaged") != NULL) {
        TELL(live, NOTE_WARN,
             "But the quotation marks broke its JSON, and it was read all the same: the body lacks json_escape.");
        show_template(live);
    }
    if (!a->has_key)
        TELL(live, NOTE_WARN,
             "It has no dispatch_id, or that of a test send, so a repeated call cannot be told from a new message: look that "
             "its line is in the body.");
    if (!a->has_claimed)
        TELL(live, NOTE_WARN,
             "It lacks the header X-Frontdesk-User with {{${user_id}}}, which no customer's text can reach: add it.");
}

/* false: there is nothing that could be answered. */
static bool tell_arrival(struct live *live)
{
    const struct arrival *a = &live->arrival;

    if (strcmp(buf_text(&a->state), "unreadable") == 0 || strcmp(buf_text(&a->state), "aside") == 0) {
        TELL(live, NOTE_BAD, "A webhook came, but nothing could be read out of it: %s%s See it: frontdesk webhooks show %lld",
             buf_text(&a->reason), stop_of(buf_text(&a->reason)), (long long)a->webhook);
        show_template(live);
        return false;
    }
    TELL(live, NOTE_GOOD, "It came: “%s”, of %s.", buf_text(&a->text), buf_text(&a->user));
    tell_oddities(live);
    return true;
}

/* A second campaign brings a key of its own, a repeated call the one that is known. */
static void tell_duplicate(struct live *live, const struct arrival *again)
{
    if (again->has_key)
        TELL(live, NOTE_WARN, "The same came once more, by another campaign: two webhook campaigns fire. Leave one running.");
    else
        TELL(live, NOTE_WARN, "The same call came once more. It counts once, so no harm is done.");
}

/* What came behind it while it was answered. */
static int look_for_duplicates(struct live *live, struct error *error)
{
    struct arrival next = { 0 };
    int64_t behind = live->arrival.webhook;
    int found;

    while ((found = arrival_next(live->db, behind, &next, error)) == 1) {
        if (next.message == live->arrival.message && strcmp(buf_text(&next.state), "duplicate") == 0)
            tell_duplicate(live, &next);
        behind = next.webhook;
    }
    arrival_release(&next);
    return found;
}

/* It is answered */

static bool is_settled(const struct arrival *a)
{
    const char *state = buf_text(&a->answer_state), *turn = buf_text(&a->turn);

    if (a->outbox != 0)
        return strcmp(state, "waiting") != 0 && strcmp(state, "due") != 0 && strcmp(state, "claimed") != 0;
    return *turn != '\0' && strcmp(turn, "open") != 0;
}

/* Not those of backends and other desks, nor that of the profiles. */
static bool carries_answers(const struct lane *lane)
{
    return strncmp(lane->name, "campaign ", 9) == 0 ||
           (strncmp(lane->name, "braze", 5) == 0 && strstr(lane->name, "track") == NULL);
}

/* A lane that is not well holds the answer back. 1: it is stopped, which only the owner mends; 0; -1. */
static int look_at_lanes(struct live *live, struct error *error)
{
    struct lane lanes[LANES_MAX];
    size_t count;

    if (lane_list(live->db, lanes, LANES_MAX, &count, error) != 0)
        return -1;
    for (size_t i = 0; i < count; i++) {
        const struct lane *lane = &lanes[i];

        if (!carries_answers(lane))
            continue;
        if (strcmp(live->trouble, lane->reason) != 0 && strcmp(lane->state, "stopped") != 0)
            TELL(live, NOTE_WARN, "The answer does not get through: %s%s It is tried again, and I go on waiting.", lane->reason,
                 stop_of(lane->reason));
        memcpy(live->trouble, lane->reason, sizeof live->trouble);
        if (strcmp(lane->state, "stopped") == 0)
            return 1;
    }
    return 0;
}

static int wait_for_answer(struct live *live, struct error *error)
{
    int64_t began = clock_monotonic_ms();
    unsigned looks = 0;

    while (go_on(live)) {
        if (arrival_look(live->db, &live->arrival, error) != 0)
            return -1;
        if (is_settled(&live->arrival))
            return 1;
        looks++;
        if (looks > 1 && *buf_text(&live->arrival.answer_state) != '\0' && look_at_lanes(live, error) != 0)
            return 0; /* what the error says, if it is one, is said at the next look */
        if (looks % DOOR_EVERY == 0)
            look_at_door(live);
        if (clock_monotonic_ms() - began > ANSWER_WAIT_MS)
            return 0;
    }
    return 0;
}

/* Nobody answered, and that is how it was decided. */
static int tell_silence(struct live *live)
{
    const struct arrival *a = &live->arrival;
    const char *turn = buf_text(&a->turn), *rule = buf_text(&a->rule);

    if (strcmp(turn, "unanswered") == 0)
        return call_fail(live->call, EXIT_FAILED,
                         "no rule takes it, so nobody answered: add one for it, or a fallback with the priority 0 and without "
                         "words (frontdesk why %lld)", (long long)a->message);
    if (a->is_with_person)
        return call_fail(live->call, EXIT_FAILED,
                         "a person has this conversation, so the bot is silent: frontdesk release %lld, then begin again",
                         (long long)a->conversation);
    if (strcmp(turn, "agent") == 0)
        return call_fail(live->call, EXIT_FAILED,
                         "this telephone is one of the desk's own and has a case, so what it writes goes to customers: write "
                         "done, or take another telephone, then begin again");
    if (a->has_opted_out)
        return call_fail(live->call, EXIT_FAILED,
                         "whoever writes from this telephone has opted out, and hears nothing: write the word that opts in "
                         "(frontdesk rules list), then begin again");
    if (strcmp(buf_text(&a->action), "ignore") == 0)
        return call_fail(live->call, EXIT_FAILED, "the rule %s took it, and is there to say nothing: write something else", rule);
    return call_fail(live->call, EXIT_FAILED, "there is no answer to it: its fate is “%s” (frontdesk why %lld)", turn,
                     (long long)a->message);
}

/* EXIT_DONE: Braze took it. */
static int tell_answer(struct live *live)
{
    const struct arrival *a = &live->arrival;
    const char *state = buf_text(&a->answer_state);

    if (a->outbox == 0)
        return tell_silence(live);
    TELL(live, NOTE_GOOD, "The rule %s answered: “%s”",
         *buf_text(&a->rule) != '\0' ? buf_text(&a->rule) : "(none)", buf_text(&a->answer));
    if (strcmp(state, "accepted") == 0 && *buf_text(&a->answer_reason) != '\0')
        TELL(live, NOTE_WARN, "Braze took it, with a word: %s", buf_text(&a->answer_reason));
    else if (strcmp(state, "accepted") == 0)
        TELL(live, NOTE_GOOD, "Braze took it.");
    else
        return call_fail(live->call, EXIT_FAILED,
                         "but it did not go out, it is %s: %s (frontdesk outbox show %lld)", state,
                         buf_text(&a->answer_reason), (long long)a->outbox);
    return EXIT_DONE;
}

/* It is seen */

/* 1 yes, 0 no, -1 ended. Standard input may be a pipe. */
static int ask(struct live *live, const char *question)
{
    char line[40];

    setvbuf(stdin, NULL, _IONBF, 0); /* what stands in a buffer of ours is not seen by poll */
    for (;;) {
        struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };

        TELL(live, NOTE_PLAIN, "%s [y/n]", question);
        while (poll(&input, 1, 0) == 0)
            if (!go_on(live))
                return -1;
        if (fgets(line, sizeof line, stdin) == NULL)
            return -1;
        if (line[0] == 'y' || line[0] == 'Y')
            return 1;
        if (line[0] == 'n' || line[0] == 'N')
            return 0;
    }
}

static int tell_switches(struct live *live)
{
    TELL(
        live, NOTE_WARN,
        "Then one of these switches keeps it, in the campaign that answers:\n"
        "  1. Re-eligibility: on, at 0 minutes. Off, each customer gets one answer\n"
        "     and never another.\n"
        "  2. Frequency capping: off. It is on in a new campaign.\n"
        "  3. Subscription: you have to be subscribed to the number's subscription\n"
        "     group (the setting subscription_group).\n"
        "  4. The campaign itself: API-triggered, running, audience all users, quiet\n"
        "     hours off, its message a response message with\n"
        "     {{api_trigger_properties.${external_system_msg_body}}} as its body.\n"
        "Braze's Message Activity Log says which. Mend it, and begin again.");
    return call_fail(live->call, EXIT_FAILED, "the answer was taken by Braze, but not seen");
}

/* What is not, is told. */
static bool is_awaited(struct live *live)
{
    const struct arrival *a = &live->arrival;
    bool is_duplicate = strcmp(buf_text(&a->state), "duplicate") == 0;

    if (is_duplicate)
        tell_duplicate(live, a);
    else if (is_another(a))
        TELL(live, NOTE_PLAIN, "A message came, of %s, but not the one I wait for. Write \"hello\", with the quotation marks.",
             buf_text(&a->user));
    return !is_duplicate && !is_another(a);
}

/* What does not go on is told; EXIT_DONE: the next step. */
static int come_in(struct live *live)
{
    struct error error = { 0 };
    int64_t behind;
    int found;

    if (arrival_newest(live->db, &behind, &error) != 0)
        return call_read_failed(live->call, live->db, &error);
    begin_at_door(live);
    TELL(
        live, NOTE_PLAIN,
        "Take your telephone, and write to the number of your shop, with the quotation marks:\n\n    \"hello\"\n\n"
        "I wait for it. Ctrl-C ends this.");
    while ((found = wait_for_arrival(live, &behind, &error)) == 1 && !is_awaited(live))
        ;
    if (live->is_over)
        return end_early(live);
    if (found < 0)
        return call_read_failed(live->call, live->db, &error);
    if (found == 0)
        return call_fail(live->call, EXIT_FAILED, "nothing came within a quarter of an hour");
    return tell_arrival(live) ? EXIT_DONE : call_fail(live->call, EXIT_FAILED, "paste it, and begin again");
}

static int go_out(struct live *live)
{
    struct error error = { 0 };
    int found = wait_for_answer(live, &error);

    if (live->is_over)
        return end_early(live);
    if (found < 0 || look_for_duplicates(live, &error) < 0)
        return call_read_failed(live->call, live->db, &error);
    if (found == 0 && live->trouble[0] != '\0')
        return call_fail(live->call, EXIT_FAILED,
                         "the answer is there, but cannot go out: %s%s frontdesk doctor looks at the key, its permissions and "
                         "the campaigns; once that is mended, the answer goes out by itself",
                         live->trouble, stop_of(live->trouble));
    if (found == 0)
        return call_fail(live->call, EXIT_FAILED, "it is not answered yet: frontdesk why %lld",
                         (long long)live->arrival.message);
    return tell_answer(live);
}

static int be_seen(struct live *live)
{
    int seen = ask(live, "Did you see it on your telephone?");

    if (seen < 0)
        return end_early(live);
    if (seen == 0)
        return tell_switches(live);
    TELL(live, NOTE_GOOD, "Then your desk is open.");
    return EXIT_DONE;
}

static int walk(struct live *live)
{
    int code = come_in(live);

    if (code == EXIT_DONE)
        code = go_out(live);
    return code == EXIT_DONE ? be_seen(live) : code;
}

int doctor_live(struct call *call)
{
    struct live live = { .call = call, .state = act_daemon_state(call) };
    int code;

    if (live.state != DAEMON_UP)
        return refuse_without_daemon(call, live.state, "is not running");
    code = call_open(call, &live.db);
    if (code != EXIT_DONE)
        return code;
    sigemptyset(&live.signals);
    sigaddset(&live.signals, SIGINT);
    sigaddset(&live.signals, SIGTERM);
    sigprocmask(SIG_BLOCK, &live.signals, NULL);
    code = walk(&live);
    arrival_release(&live.arrival);
    db_close(live.db);
    return code;
}
