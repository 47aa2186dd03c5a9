/*
 * install: see the header.
 */
#include "base/json.h"
#include "base/log.h"
#include "daemon/install.h"
#include "daemon/outcome.h"

static int keep_refusal(struct desk *desk, const char *sentence, struct error *error)
{
    if (desk_begin(desk, error) != 0 || desk_note_refusal(desk, sentence, error) != 0)
        return -1;
    return desk_commit(desk, error);
}

static int store(struct desk *desk, const struct mail *mail, int64_t now, struct error *error)
{
    if (desk_begin(desk, error) != 0 ||
        desk_install(desk, mail->ruleset, mail->files, mail->name, now, error) != 0 ||
        (mail->is_folder && desk_note_folder(desk, mail->files, error) != 0) ||
        (mail->rollback != 0 && desk_note_rollback(desk, mail->rollback, mail->name, now, error) != 0))
        return -1;
    return desk_commit(desk, error);
}

/* What `frontdesk rules load` and `rollback` tell their user (ctl/act.c writes the same). */
static void format_reply(const struct mail *mail, const struct ruleset *rules, struct buf *reply)
{
    struct jsonw w = { .out = reply };

    jsonw_object(&w, NULL);
    jsonw_int(&w, "format", 1);
    jsonw_int(&w, "ruleset", rules->number);
    jsonw_int(&w, "rules", (int64_t)rules->rule_count);
    jsonw_text(&w, "folder", mail->folder);
    jsonw_bool(&w, "is_folder", mail->is_folder);
    jsonw_end_object(&w);
}

int install_mail(struct desk *desk, struct mail *mail, int64_t now, struct error *error)
{
    struct ruleset *rules = mail->ruleset;
    struct buf reply = { 0 };

    if (rules == NULL)
        return keep_refusal(desk, mail->body, error);
    if (store(desk, mail, now, error) != 0)
        return -1;
    mail->ruleset = NULL;
    log_info("ruleset_loaded", log_int("ruleset", rules->number),
             log_int("rules", (int64_t)rules->rule_count), log_text("actor", mail->name));
    format_reply(mail, rules, &reply);
    outcome_tell_json(mail->call, 200, &reply);
    mail->call = NULL;
    buf_release(&reply);
    return desk_adopt(desk, rules, error);
}
