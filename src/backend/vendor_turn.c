/*
 * vendor_turn: see the header.
 */
#include <stdlib.h>
#include <string.h>

#include "backend/vendor_turn.h"
#include "base/alloc.h"

void vendor_turn_line(const struct ask_line *line, struct buf *out)
{
    if (line->role == ROLE_COLLEAGUE)
        buf_add_text(out, "[colleague] ");
    buf_add_text(out, line->text);
}

/* Vendors refuse messages of blanks alone. */
static bool is_blank(const struct ask_line *line)
{
    return line->text[strspn(line->text, " \t\r\n")] == '\0';
}

static struct vendor_turn *add_turn(struct vendor_turns *turns, bool is_customer)
{
    struct vendor_turn *turn = &turns->list[turns->count++];

    turn->is_customer = is_customer;
    return turn;
}

void vendor_turns_put(const struct consult *consult, struct vendor_turns *turns)
{
    struct vendor_turn *turn = NULL;

    turns->list = alloc_array(consult->line_count + 1, sizeof turns->list[0]); /* and the "…" */
    for (size_t i = 0; i < consult->line_count; i++) {
        const struct ask_line *line = &consult->lines[i];
        bool is_customer = line->role == ROLE_CUSTOMER;

        if (is_blank(line))
            continue;
        if (turn == NULL && !is_customer)
            buf_add_text(&add_turn(turns, true)->text, "…");
        if (turn == NULL || turn->is_customer != is_customer)
            turn = add_turn(turns, is_customer);
        else
            buf_add_char(&turn->text, '\n');
        vendor_turn_line(line, &turn->text);
    }
}

void vendor_turns_release(struct vendor_turns *turns)
{
    for (size_t i = 0; i < turns->count; i++)
        buf_release(&turns->list[i].text);
    free(turns->list);
    *turns = (struct vendor_turns){ 0 };
}

void vendor_turn_message(const struct consult *consult, struct buf *out)
{
    size_t start = out->len;

    for (size_t i = consult->line_count - consult->own_count; i < consult->line_count; i++) {
        if (is_blank(&consult->lines[i]))
            continue;
        if (out->len > start)
            buf_add_char(out, '\n');
        buf_add_text(out, consult->lines[i].text);
    }
}
