/*
 * config: see the header.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/env.h"
#include "base/nearest.h"
#include "base/option.h"
#include "daemon/config.h"
#include "daemon/config_help.h"
#include "daemon/fetch.h"

static const struct option options[] = {
    { "db", required_argument, NULL, 'd' },
    { "rules", required_argument, NULL, 'r' },
    { "listen", required_argument, NULL, 'l' },
    { "admin", required_argument, NULL, 'a' },
    { "env", required_argument, NULL, 'e' },
    { "help", no_argument, NULL, 'h' },
    { "version", no_argument, NULL, 'v' },
    { NULL, 0, NULL, 0 },
};

static void replace(char **slot, const char *value)
{
    free(*slot);
    *slot = alloc_text(value);
}

static int read_flags(int argc, char **argv, struct config *config, enum config_wish *wish,
                      struct error *error)
{
    int flag, row = 0;
    const char *typed = NULL;

    opterr = 0;
    optind = 1;
    while ((flag = getopt_long(argc, argv, ":h", options, &row)) != -1) {
        if (flag != ':' && flag != '?' && !option_is_whole(argv, &options[row], &typed))
            return error_set(error, "%s is not understood; did you mean --%s?", typed, options[row].name);
        switch (flag) {
        case 'd': replace(&config->db, optarg); break;
        case 'r': replace(&config->rules, optarg); break;
        case 'l': replace(&config->listen, optarg); break;
        case 'a': replace(&config->admin, optarg); break;
        case 'e': replace(&config->env, optarg); break;
        case 'h': *wish = CONFIG_SHOW_HELP; return 0;
        case 'v': *wish = CONFIG_SHOW_VERSION; return 0;
        case ':': return error_set(error, "%s wants a value behind it; frontdeskd --help lists the flags", argv[optind - 1]);
        default: return error_set(error, "%s is not understood; frontdeskd --help lists the flags", argv[optind - 1]);
        }
    }
    if (optind < argc)
        return error_set(error, "'%s' is too much: frontdeskd takes flags only; see frontdeskd --help",
                         argv[optind]);
    return 0;
}

/* The variable's value, else `otherwise` (NULL: stays NULL). A flag that was given before stays. */
static int read_variable(const char *name, const char *otherwise, char **slot, struct error *error)
{
    struct buf value = { 0 };
    int found;

    if (*slot != NULL)
        return 0;
    found = env_get(name, &value, error);
    if (found == 1)
        *slot = buf_detach(&value);
    else if (found == 0)
        *slot = alloc_text(otherwise);
    buf_release(&value);
    return found < 0 ? -1 : 0;
}

/* What --env or FRONTDESK_ENV names. */
static int read_env(struct config *config, struct error *error)
{
    if (read_variable("FRONTDESK_ENV", NULL, &config->env, error) != 0)
        return -1;
    return config->env != NULL ? env_load(config->env, error) : 0;
}

static int need_variable(const char *name, const char *what, char **slot, struct error *error)
{
    if (read_variable(name, NULL, slot, error) != 0)
        return -1;
    if (*slot == NULL || **slot == '\0')
        return error_set(error, "%s is not set: %s (it may also come from a file named by %s_FILE)", name,
                         what, name);
    return 0;
}

static int add_token(const char *name, const char *start, size_t len, struct config_tokens *tokens, struct error *error)
{
    if (len < CONFIG_TOKEN_MIN)
        return error_set(error, "%s: a token has %zu characters, %d is the least; make one with: openssl rand -hex 24", name, len,
                         CONFIG_TOKEN_MIN);
    if (tokens->count == CONFIG_TOKENS_MAX)
        return error_set(error, "%s: more than %d tokens", name, CONFIG_TOKENS_MAX);
    tokens->list[tokens->count++] = alloc_bytes(start, len);
    return 0;
}

/* `list` is wiped. */
static int take_tokens(const char *name, char *list, struct config_tokens *tokens, struct error *error)
{
    int result = 0;

    for (const char *at = list; result == 0 && at != NULL && *at != '\0';) {
        size_t skip = strspn(at, ", \t\r\n"), len = strcspn(at + skip, ", \t\r\n");

        if (len > 0)
            result = add_token(name, at + skip, len, tokens, error);
        at += skip + len;
    }
    if (result == 0 && list != NULL && *list != '\0' && tokens->count == 0)
        result = error_set(error, "%s holds no token", name);
    if (list != NULL)
        explicit_bzero(list, strlen(list));
    free(list);
    return result;
}

static bool has_token(const struct config_tokens *tokens, const char *token)
{
    for (size_t i = 0; i < tokens->count; i++)
        if (strcmp(tokens->list[i], token) == 0)
            return true;
    return false;
}

/* Who may answer customers is not who may bring their messages. */
static int check_apart(const struct config *config, struct error *error)
{
    for (size_t i = 0; i < config->agent_tokens.count; i++)
        if (has_token(&config->tokens, config->agent_tokens.list[i]))
            return error_set(error, "FRONTDESK_AGENT_TOKENS: a token stands in FRONTDESK_WEBHOOK_TOKENS as well; another desk "
                                    "gets one of its own");
    return 0;
}

static int read_tokens(struct config *config, struct error *error)
{
    static const char WEBHOOKS[] = "FRONTDESK_WEBHOOK_TOKENS", AGENTS[] = "FRONTDESK_AGENT_TOKENS";
    char *list = NULL, *agents = NULL;

    if (need_variable(WEBHOOKS, "the secret that Braze sends in its Authorization header", &list, error) != 0)
        return -1;
    if (take_tokens(WEBHOOKS, list, &config->tokens, error) != 0 || read_variable(AGENTS, NULL, &agents, error) != 0 ||
        take_tokens(AGENTS, agents, &config->agent_tokens, error) != 0)
        return -1;
    return check_apart(config, error);
}

static int read_number(const char *name, int64_t otherwise, int64_t least, int64_t most, int64_t *value,
                       struct error *error)
{
    char *text = NULL, *end;

    if (read_variable(name, NULL, &text, error) != 0)
        return -1;
    *value = otherwise;
    if (text != NULL)
        *value = strtoll(text, &end, 10);
    if (text != NULL && (end == text || *end != '\0' || *value < least || *value > most)) {
        error_set(error, "%s is '%s': it wants a whole number from %lld to %lld", name, text,
                  (long long)least, (long long)most);
        free(text);
        return -1;
    }
    free(text);
    return 0;
}

static int read_level(struct config *config, struct error *error)
{
    char *text = NULL;
    int level, result = read_variable("FRONTDESK_LOG", "info", &text, error);

    level = result == 0 ? log_level_parse(text) : -1;
    if (result == 0 && level < 0)
        result = error_set(error, "FRONTDESK_LOG is '%s': it wants debug, info, warn or error", text);
    config->level = level >= 0 ? (enum log_level)level : LEVEL_INFO;
    free(text);
    return result;
}

/* As a header carries it; one pasted with what stood around it would be answered with 401, or split the header. */
static int check_key(const char *key, struct error *error)
{
    for (; *key != '\0'; key++)
        if (*key <= ' ' || *key > '~' || *key == '"' || *key == '\'')
            return error_set(error, "BRAZE_API_KEY holds a blank, a line break, a quotation mark or another byte that no key "
                                    "has: put in the key alone");
    return 0;
}

/* It answers, but not to this. */
static int check_host(const char *base, struct error *error)
{
    const char *host = strstr(base, "://");

    if (host == NULL || strncasecmp(host, "://dashboard", strlen("://dashboard")) != 0)
        return 0;
    return error_set(error,
                     "'%s' is the address of Braze's dashboard: the REST host begins with rest., and the dashboard shows it "
                     "under Settings > APIs and Identifiers", base);
}

static int read_braze(struct config *config, struct error *error)
{
    struct buf base = { 0 };
    char *url = NULL;
    int64_t timeout;
    int result = need_variable("BRAZE_REST_URL",
                               "the workspace's REST host, like https://rest.iad-01.braze.com", &url, error);

    if (result == 0 && (fetch_check_base(url, &base, error) != 0 || check_host(buf_text(&base), error) != 0))
        result = error_prefix(error, "BRAZE_REST_URL");
    config->braze_url = buf_detach(&base);
    free(url);
    if (result != 0 ||
        need_variable("BRAZE_API_KEY", "a REST API key with the permission campaigns.trigger.send",
                      &config->braze_key, error) != 0 ||
        check_key(config->braze_key, error) != 0)
        return -1;
    result = read_number("FRONTDESK_BRAZE_TIMEOUT_MS", 10000, 200, 60000, &timeout, error);
    config->braze_timeout_ms = (int)timeout;
    return result;
}

static int read_places(struct config *config, struct error *error)
{
    struct buf socket = { 0 };

    if (read_variable("FRONTDESK_DB", "frontdesk.db", &config->db, error) != 0 ||
        read_variable("FRONTDESK_RULES", NULL, &config->rules, error) != 0 ||
        read_variable("FRONTDESK_LISTEN", "127.0.0.1:8080", &config->listen, error) != 0 ||
        read_variable("FRONTDESK_METRICS", NULL, &config->metrics, error) != 0)
        return -1;
    buf_addf(&socket, "%s.sock", config->db);
    if (read_variable("FRONTDESK_ADMIN", buf_text(&socket), &config->admin, error) != 0) {
        buf_release(&socket);
        return -1;
    }
    buf_release(&socket);
    return read_number("FRONTDESK_DESK", 0, 0, (1 << 22) - 1, &config->desk, error);
}

int config_read(int argc, char **argv, struct config *config, enum config_wish *wish, int *is_usage,
                struct error *error)
{
    *wish = CONFIG_RUN;
    *is_usage = 1;
    if (read_flags(argc, argv, config, wish, error) != 0)
        return -1;
    if (*wish != CONFIG_RUN)
        return 0;
    *is_usage = 0;
    if (read_env(config, error) != 0 || read_places(config, error) != 0 ||
        read_level(config, error) != 0 || read_tokens(config, error) != 0)
        return -1;
    return read_braze(config, error);
}

static const char OURS[] = "FRONTDESK_", PAGER[] = "FRONTDESK_PAGER" /* of the command line alone */;
enum { OURS_LEN = sizeof OURS - 1 };

/* The variable's name, without "_FILE". */
static void take_name(const char *setting, struct buf *name)
{
    static const char FILE_OF[] = "_FILE";
    size_t len = strcspn(setting, "="), tail = sizeof FILE_OF - 1;

    if (len > OURS_LEN + tail && memcmp(setting + len - tail, FILE_OF, tail) == 0)
        len -= tail;
    buf_add(name, setting, len);
}

static void tell_if_unknown(const char *setting)
{
    struct buf name = { 0 }, meaning = { 0 };
    struct nearest nearest = { 0 };
    bool is_known;

    take_name(setting, &name);
    is_known = strcmp(buf_text(&name), PAGER) == 0;
    nearest.word = buf_text(&name) + OURS_LEN; /* what all begin with makes none of them nearer */
    for (const struct config_variable *variable = config_variables; variable->name != NULL; variable++) {
        is_known |= strcmp(buf_text(&name), variable->name) == 0;
        if (strncmp(variable->name, OURS, OURS_LEN) == 0)
            nearest_offer(&nearest, variable->name + OURS_LEN);
    }
    buf_add_text(&meaning, "it is no setting of frontdeskd, and does nothing; ");
    if (nearest.best != NULL)
        buf_addf(&meaning, "did you mean %s%s?", OURS, nearest.best);
    else
        buf_add_text(&meaning, "frontdeskd --help lists them");
    if (!is_known)
        log_warn("setting_unknown", log_text("name", buf_text(&name)), log_text("meaning", buf_text(&meaning)));
    buf_release(&name);
    buf_release(&meaning);
}

void config_tell_unknown(void)
{
    for (char **setting = environ; *setting != NULL; setting++)
        if (strncmp(*setting, OURS, OURS_LEN) == 0)
            tell_if_unknown(*setting);
}

static void wipe(char *secret)
{
    if (secret != NULL)
        explicit_bzero(secret, strlen(secret));
    free(secret);
}

static void wipe_tokens(struct config_tokens *tokens)
{
    for (size_t i = 0; i < tokens->count; i++)
        wipe(tokens->list[i]);
}

void config_release(struct config *config)
{
    free(config->env);
    free(config->db);
    free(config->rules);
    free(config->listen);
    free(config->admin);
    free(config->metrics);
    wipe_tokens(&config->tokens);
    wipe_tokens(&config->agent_tokens);
    free(config->braze_url);
    wipe(config->braze_key);
    memset(config, 0, sizeof *config);
}
