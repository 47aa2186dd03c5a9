/*
 * stage_call: see the header.
 *
 * The way along the chain is that of desk/consult_answer.c, without what takes time: a backend that fails is not asked a
 * second time, for the talk says how asking it ends.
 */
#include <string.h>

#include "backend/vendor_given.h"
#include "base/json.h"
#include "desk/decide_faq.h"
#include "desk/stage_call.h"
#include "flow/flow.h"

static bool is_success(int status)
{
    return status >= 200 && status <= 299;
}

/* Rows of one source in turn, the last of them again and again; NULL: there is none. */
static const struct talk_given *next_given(struct stage *stage, const struct service *service, const struct backend *backend)
{
    const struct ruleset *ruleset = stage->ruleset;
    const struct talk_given *found = NULL;
    size_t *taken = &stage->given[service != NULL ? (size_t)(service - ruleset->services)
                                                  : ruleset->service_count + (size_t)(backend - ruleset->backends)];
    size_t left = *taken;

    for (size_t i = 0; i < stage->talk->given_count; i++) {
        const struct talk_given *given = &stage->talk->given[i];

        if (given->service != service || given->backend != backend)
            continue;
        found = given;
        if (left-- == 0)
            break;
    }
    ++*taken;
    return found;
}

/* Services */

static void answer_service(struct stage *stage, const struct talk_given *given)
{
    struct json *json = NULL;
    struct decide_input input = { .kind = INPUT_RESULT,
                                  .call = stage->call,
                                  .has_failed = !is_success(given->status),
                                  .has_timed_out = given->status == 0,
                                  .status = given->status };

    if (given->answer != NULL)
        json_parse(given->answer, strlen(given->answer), JSON_STRICT, &json, NULL);
    input.answer = json;
    stage_decide(stage, &input);
    json_free(json);
}

static void call_service(struct stage *stage)
{
    const struct service *service = stage->called;
    const struct talk_given *given = next_given(stage, service, NULL);

    stage->called = NULL;
    if (given != NULL)
        answer_service(stage, given);
    else
        stage->lacking = service->name;
}

/* Backends */

static void tell(struct stage *stage, const struct decide_reply *reply, bool has_answered, bool has_timed_out)
{
    struct decide_input input = { .kind = has_answered ? INPUT_ANSWER : INPUT_GAVE_UP, .reply = reply };

    if (stage->call != 0) {
        input.kind = INPUT_RESULT;
        input.call = stage->call;
        input.has_failed = !has_answered;
        input.has_timed_out = has_timed_out;
    }
    stage_decide(stage, &input);
}

static void say_answer(struct stage *stage, const struct backend *backend, const struct vendor_given *said)
{
    struct decide_reply reply = {
        .backend = backend,
        .wanted_by = stage->wanted_by,
        .text = said->answer.text,
        .is_plain = said->is_plain,
        .deeds = said->answer.deeds,
        .deed_count = said->answer.deed_count,
        .is_first = !stage->has_met_machine,
    };

    stage->has_met_machine = true;
    tell(stage, &reply, true, false);
}

/* How asking one backend ends. */
enum end { END_ANSWERED, END_FAILED, END_LACKS };

static enum end answer_given(struct stage *stage, const struct backend *backend, const struct talk_given *given)
{
    struct vendor_given said = { 0 };
    bool has_answered = is_success(given->status) && vendor_given_read(backend, given->answer, &said, NULL) == 0 &&
                        said.answer.class == VENDOR_ANSWERED;

    if (has_answered)
        say_answer(stage, backend, &said);
    vendor_given_release(&said);
    return has_answered ? END_ANSWERED : END_FAILED;
}

static enum end answer_by_faq(struct stage *stage, const struct backend *backend)
{
    struct decide_state state = stage_look(stage, buf_text(&stage->heard));
    struct buf text = { 0 };
    double score;
    const struct faq *faq = decide_faq(stage->ruleset, backend, &state, buf_text(&stage->heard), stage->now, &score, &text);
    struct vendor_given said = { .answer = { .text = (char *)buf_text(&text) }, .is_plain = true };

    if (faq != NULL)
        say_answer(stage, backend, &said);
    buf_release(&text);
    return faq != NULL ? END_ANSWERED : END_FAILED;
}

static void ask_chain(struct stage *stage)
{
    const struct backend *backend = stage->asked;
    const struct talk_given *given = NULL;
    enum end end = END_FAILED;

    stage->asked = NULL;
    for (const struct backend *next = backend; next != NULL && end == END_FAILED; next = next->fallback) {
        backend = next;
        given = next_given(stage, NULL, backend);
        end = given != NULL                   ? answer_given(stage, backend, given)
              : backend->kind == BACKEND_FAQ ? answer_by_faq(stage, backend)
                                             : END_LACKS;
    }
    if (end == END_LACKS) {
        stage->lacking = backend->name;
        stage->lacks_backend = true;
    } else if (end == END_FAILED) {
        struct decide_reply nothing = { .backend = backend, .wanted_by = stage->wanted_by };

        tell(stage, &nothing, false, given != NULL && given->status == 0);
    }
}

/* Going on */

bool stage_is_broken_off(const struct stage *stage)
{
    return stage->lacking != NULL || stage->is_restless;
}

bool stage_may_go_on(struct stage *stage)
{
    stage->is_restless |= ++stage->events > STAGE_EVENTS_MAX;
    return !stage_is_broken_off(stage);
}

void stage_answer_calls(struct stage *stage)
{
    while ((stage->called != NULL || stage->asked != NULL) && stage_may_go_on(stage)) {
        if (stage->called != NULL)
            call_service(stage);
        else
            ask_chain(stage);
    }
}
