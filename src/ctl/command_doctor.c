/*
 * command_doctor: everything that can be looked at, each finding with what to do (ctl/doctor.h); ends with 1
 * when anything is bad. --live is in ctl/doctor_live.c.
 */
#include <unistd.h>

#include "ctl/commands.h"
#include "ctl/doctor.h"
#include "ctl/doctor_live.h"
#include "store/schema.h"

/* What the daemon finds out takes as long as the slowest of its calls. */
static void ask_daemon(struct doctor *doctor)
{
    struct json *told = NULL;

    output_progress(doctor->call->output, "asking Braze …");
    if (act_ask(doctor->call, "doctor", "{}", &told) == EXIT_DONE)
        doctor->told = told;
    output_progress(doctor->call->output, "%s", "");
}

/* A book that cannot be read is one finding (doctor_look_at_book), and what it holds is not looked at. */
static void open_book(struct doctor *doctor)
{
    const char *path = buf_text(&doctor->call->db_path);

    if (access(path, F_OK) != 0)
        return;
    doctor->db = db_open(path, DB_READER, &doctor->trouble);
    if (doctor->db != NULL && schema_check(doctor->db, &doctor->trouble) != 0) {
        db_close(doctor->db);
        doctor->db = NULL;
    }
    if (doctor->db != NULL)
        doctor_read_rules(doctor);
}

static int judge(const struct doctor *doctor)
{
    if (doctor->bad > 0)
        return call_fail(doctor->call, EXIT_FAILED, "%lld %s to be mended, see above", (long long)doctor->bad,
                         doctor->bad == 1 ? "thing has" : "things have");
    if (doctor->warn > 0)
        output_note(doctor->call->output, NOTE_WARN, "Nothing is bad; %lld %s a look.",
                    (long long)doctor->warn, doctor->warn == 1 ? "thing wants" : "things want");
    else
        output_note(doctor->call->output, NOTE_GOOD, "All that can be looked at is well.");
    return EXIT_DONE;
}

int command_doctor(struct call *call)
{
    struct doctor doctor = { .call = call };
    int code;

    if (call->parsed->options[OPTION_LIVE] != NULL)
        return doctor_live(call);
    doctor.daemon = act_daemon_state(call);
    if (doctor.daemon == DAEMON_UP)
        ask_daemon(&doctor);
    open_book(&doctor);
    doctor_look_at_place(&doctor);
    doctor_look_at_rules(&doctor);
    doctor_look_at_book(&doctor);
    doctor_look_at_daemon(&doctor);
    doctor_look_at_braze(&doctor);
    doctor_show(&doctor);
    code = judge(&doctor);
    doctor_release(&doctor);
    return code;
}
