/*
 * sandbox_help: see the header.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/paragraph.h"
#include "sandbox_help.h"
#include "sandbox_script.h"

static const char INTRODUCTION[] =
    "Usage: frontdesk-sandbox [OPTION]...\n"
    "\n"
    "A stand-in for Braze: it takes what Braze would take, refuses what Braze would\n"
    "refuse (and, when in doubt, more), and remembers what each customer received and\n"
    "what was written into the profiles. It speaks\n"
    "\n"
    "    POST /campaigns/trigger/send    GET  /campaigns/details\n"
    "    POST /canvas/trigger/send       GET  /canvas/details\n"
    "    POST /messages/send             POST /users/track\n"
    "\n"
    "A customer who is given twice in a request gets one message. Text that WhatsApp\n"
    "would not carry is accepted and not sent, and counted as dropped. Liquid ({{ or\n"
    "{%) in a request is counted and shouted about, since the true Braze would\n"
    "evaluate it.\n"
    "\n"
    "Profiles are kept by Braze's rules: increments, arrays of 25 texts, nested\n"
    "objects, events, subscription groups (who has unsubscribed gets nothing), a type\n"
    "for each attribute. An object of /users/track with a fault is named in the\n"
    "answer's errors; what Braze would leave out without a word is left out and\n"
    "listed.\n"
    "\n"
    "For flows that call services of the business it is a small shop as well:\n"
    "\n"
    "    GET  /shop/orders/ID            {\"id\",\"status\",\"item\",\"expected\"} of the\n"
    "                                    orders 10001 to 10004 and 12345; 404 for all\n"
    "                                    others\n"
    "    POST /shop/tables               {\"at\":\"2026-05-15 21:00\",\"people\":4} (or\n"
    "                                    \"date\" and \"time\"; \"name\" if you like) books\n"
    "                                    a table: {\"free\":1,\"code\":\"R1\",...};\n"
    "                                    {\"free\":0} when none is left then, or for\n"
    "                                    more than 8 people. The same Idempotency-Key\n"
    "                                    again gets the same answer, and books\n"
    "                                    nothing\n"
    "    GET  /shop/tables               what is booked\n"
    "\n"
    "For hand-overs it is another desk, or a pager, that keeps to Standard Webhooks:\n"
    "\n"
    "    POST /desk/ANYTHING             {\"type\",\"timestamp\",\"data\"}; 401 where\n"
    "                                    webhook-signature does not fit, or\n"
    "                                    webhook-timestamp is not of the last five\n"
    "                                    minutes. The same webhook-id again is taken,\n"
    "                                    and called repeated\n"
    "\n"
    "For conversations that a model answers it is every AI vendor, each as strict as\n"
    "the true one:\n"
    "\n"
    "    openai     POST /v1/chat/completions, below any prefix; Authorization:\n"
    "               Bearer KEY\n"
    "    azure      POST /openai/deployments/NAME/chat/completions?api-version=...;\n"
    "               api-key: KEY\n"
    "    anthropic  POST /v1/messages; x-api-key: KEY, anthropic-version\n"
    "    gemini     POST /v1beta/models/MODEL:generateContent; x-goog-api-key: KEY\n"
    "    bedrock    POST /model/MODEL/converse; signed as AWS wants it (version 4)\n"
    "    rasa       POST /webhooks/rest/webhook {\"sender\",\"message\"}\n"
    "    http       POST /ai/http {\"question\"}; gives {\"reply\":{\"text\"},\"session\",\n"
    "               \"usage\":{\"in\",\"out\"},\"handoff\"}. With \"session\", \"history\" [] and\n"
    "               \"facts\" {} if you like; GET takes question and session in its\n"
    "               query\n"
    "\n"
    "The answer repeats the last message and counts what came with it, unless a\n"
    "script says otherwise. There is every model but no-such-model, and none takes\n"
    "over 100,000 tokens (estimated). GET /v1/models, /v1/models/MODEL,\n"
    "/v1beta/models/MODEL and Rasa's /version tell without a question.\n"
    "\n"
    "Options:\n";

static const char FAULT_HELP[] =
    "\n"
    "Faults: NAME[=NUMBER] [xTIMES] [N%] [taken] [on PATH] [for USER] [of VENDOR]\n"
    "  Each request meets the first fault in the list that fits it. A fault is used\n"
    "  once, or xTIMES, or for ever (x*); PATH is how the request's path begins; USER\n"
    "  is somebody to whom it sends. What the shop is asked, or another desk is told,\n"
    "  meets only faults that name its path, as in hang x2 on /shop/tables; what an\n"
    "  AI vendor is asked those that name the path, the vendor or the model, as in\n"
    "  503 x2 of openai. N% meets so many of a hundred requests that fit, by dice;\n"
    "  one roll decides for all such faults. taken: what was asked is done although\n"
    "  the answer denies it, as in 500 x* 5% taken on /users/track; kept: it is not\n"
    "  done. So a bad day is a list of lines.\n";

static const char AI_FAULT_HELP[] =
    "\n"
    "  What AI vendors say on order meets sound requests to them and nothing else,\n"
    "  even where it names nobody:\n";

static const char CONTROL_HELP[] =
    "\n"
    "  A bare number is a status (503 x2), and 429 alone is limit_epoch. In JSON,\n"
    "  status also takes \"headers\" and \"body\", every fault takes \"take\": were the\n"
    "  messages delivered all the same? (in a line: taken, kept) and \"percent\". And\n"
    "  tool takes \"text\": what is said along with the call.\n"
    "\n"
    "Asking the sandbox (no key needed):\n"
    "  GET    /_sandbox/messages?user=ID&since=N&limit=N&wait_ms=MS\n"
    "         {\"format\":1,\"messages\":[{\"n\",\"at\",\"user\",\"kind\",\"text\",\"campaign\",\n"
    "         \"properties\",\"buttons\":[],\"list\":{\"button\",\"sections\":[{\"title\",\n"
    "         \"rows\":[]}]}}],\"last\":N}; give \"last\" as the next since. With wait_ms\n"
    "         it waits for the first one. A \"+\" in an id stays a plus.\n"
    "  GET    /_sandbox/profiles?user=ID\n"
    "         {\"format\":1,\"profiles\":[{\"user\",\"kind\",\"attributes\":{},\"types\":{},\n"
    "         \"subscription_groups\":{},\"updates\",\"updated_at\",\"may_create\"}]}: what\n"
    "         was written, by Braze's rules: null removes, a text of over 255\n"
    "         characters is left out, one that reads like a date becomes a time, an\n"
    "         attribute keeps its type\n"
    "  GET    /_sandbox/profiles/ID\n"
    "         the same of one user as a text for people, with events and what was\n"
    "         left out\n"
    "  GET    /_sandbox/events?user=ID&since=N&limit=N&wait_ms=MS\n"
    "         {\"format\":1,\"events\":[{\"n\",\"at\",\"user\",\"kind\",\"what\",\"name\",\"time\",\n"
    "         \"properties\",\"repeated\"}],\"last\":N}: custom events and purchases\n"
    "  GET    /_sandbox/left_out?user=ID&since=N&limit=N&wait_ms=MS\n"
    "         {\"format\":1,\"left_out\":[{\"n\",\"at\",\"user\",\"kind\",\"name\",\"why\",\"value\"}],\n"
    "         \"last\":N}: what Braze would say success to, and not write\n"
    "  GET    /_sandbox/calls?path=PATH&since=N&limit=N&wait_ms=MS\n"
    "         {\"format\":1,\"calls\":[{\"n\",\"at\",\"path\",\"status\",\"outcome\",\"taken\",\n"
    "         \"objects\",\"attributes\",\"events\",\"purchases\",\"at_once\",\"users\":[]}],\n"
    "         \"last\":N}: the requests that write into profiles, and how many to\n"
    "         /users/track were under way\n"
    "  GET    /_sandbox/violations?user=ID&since=N&limit=N&wait_ms=MS\n"
    "         {\"format\":1,\"violations\":[{\"n\",\"at\",\"what\",\"user\",\"kind\",\"why\"}],\n"
    "         \"last\":N}: \"together\": two such requests that touch one profile were\n"
    "         under way at once, and Braze may apply them in either order; \"twice\":\n"
    "         one of them writes attributes of a profile in two objects; \"repeated\n"
    "         event\": the same twice; \"control character\": in what is written\n"
    "  GET    /_sandbox/asked?vendor=NAME&since=N&limit=N&wait_ms=MS\n"
    "         {\"format\":1,\"asked\":[{\"n\",\"at\",\"vendor\",\"path\",\"model\",\"messages\",\n"
    "         \"system\",\"last\",\"tokens_in\",\"key_header\",\"headers\":{},\"body\",\"outcome\",\n"
    "         \"status\",\"why\",\"said\",\"at_once\"}],\"last\":N}: what the AI vendors were\n"
    "         asked, the newest 20000. No keys are kept, only which header brought\n"
    "         one\n"
    "  GET    /_sandbox/told?path=PATH&since=N&limit=N&wait_ms=MS\n"
    "         {\"format\":1,\"told\":[{\"n\",\"at\",\"path\",\"id\",\"outcome\",\"status\",\"why\",\n"
    "         \"taken\",\"repeated\",\"event\":{}}],\"last\":N}: what another desk was told\n"
    "  GET    /_sandbox/report    requests, accepted, refused, limited, faults,\n"
    "                             messages, dropped, collapsed, liquid, tracked,\n"
    "                             untracked, events, repeated, left_out, violations,\n"
    "                             most_at_once (to /users/track), kept, by_status,\n"
    "                             and of the shop: requests, refused, faults, orders,\n"
    "                             booked, full, repeated; of the AI vendors:\n"
    "                             requests, refused, faults, tokens_in, tokens_out,\n"
    "                             most_at_once; of the other desk: requests, refused,\n"
    "                             faults, taken, repeated\n"
    "  GET    /_sandbox/script    the faults still to come\n"
    "  POST   /_sandbox/script?seed=N\n"
    "         more of them: lines as above, or JSON; and the seed of the dice\n"
    "  DELETE /_sandbox/script    no more faults\n"
    "  POST   /_sandbox/reset     forget everything; messages are numbered on\n"
    "  GET    /_sandbox/healthz   200 when it is up\n"
    "\n"
    "Examples:\n"
    "  frontdesk-sandbox --log info\n"
    "  frontdesk-sandbox --campaign reply-1 --campaign reopen-1:template \\\n"
    "       --fault '503 x3'\n"
    "  curl -d 'reset_after x2 on /campaigns' http://127.0.0.1:9090/_sandbox/script\n"
    "  curl -d '[{\"do\":\"status\",\"status\":400,\"user\":\"mia\",\"times\":0,\"body\":\"{}\"}]' \\\n"
    "       http://127.0.0.1:9090/_sandbox/script\n"
    "  curl -d 'say=\"We open at *nine*.\" x2 of openai' \\\n"
    "       http://127.0.0.1:9090/_sandbox/script\n"
    "  curl -d 'tool=start_flow with {\"flow\":\"order\"}' \\\n"
    "       http://127.0.0.1:9090/_sandbox/script\n"
    "  curl -d 'limit_retry_after=7 x3 of anthropic' \\\n"
    "       http://127.0.0.1:9090/_sandbox/script\n"
    "  curl -d 'reset_after x* 3% on /users/track' \\\n"
    "       'http://127.0.0.1:9090/_sandbox/script?seed=7'\n"
    "  curl http://127.0.0.1:9090/_sandbox/profiles/mia\n"
    "  curl 'http://127.0.0.1:9090/_sandbox/messages?user=mia&wait_ms=5000'\n";

void help_print_explanation(const char *text)
{
    struct buf lines = { 0 };

    paragraph_add(text, HELP_COLUMN, &lines);
    fputs(buf_text(&lines), stdout);
    buf_release(&lines);
}

static void print_faults(bool is_ai)
{
    char name[64];

    for (int kind = 0; kind < FAULT_KIND_COUNT; kind++) {
        const struct fault_type *type = fault_type((enum fault_kind)kind);
        if (type->is_ai != is_ai)
            continue;
        if (type->text != NULL)
            snprintf(name, sizeof name, type->needs_text ? "%s=%s" : "%s[=%s]", type->name,
                     strcmp(type->text, "tool") == 0 ? "NAME" : "TEXT");
        else if (type->argument != NULL)
            snprintf(name, sizeof name, "%s[=%lld]", type->name, (long long)type->otherwise);
        else
            snprintf(name, sizeof name, "%s", type->name);
        printf("    %-22s ", name);
        help_print_explanation(type->help);
    }
}

void help_print_introduction(void)
{
    fputs(INTRODUCTION, stdout);
}

void help_print_rest(void)
{
    fputs(FAULT_HELP, stdout);
    print_faults(false);
    fputs(AI_FAULT_HELP, stdout);
    print_faults(true);
    fputs(CONTROL_HELP, stdout);
}
