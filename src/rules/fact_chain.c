/*
 * fact_chain: two slips that SQL takes without a word, since its comparisons are numbers.
 *
 * "1 < @n < 6" compares the outcome of 1 < @n, which is 1 or 0, with 6: always true. ":weekday = 'sat' OR 'sun'" asks
 * whether 'sun' is a number other than 0: the second day is never meant. A plain value is told only where a comparison
 * of a name stands directly before it; what else may stand alone behind an OR is SQL that somebody knew.
 */
#include <stdbool.h>
#include <string.h>

#include "base/buf.h"
#include "rules/fact_piece.h"

enum { DEPTH_MAX = 100 }; /* of parentheses: an expression has no more */

static bool is_comparison(const struct piece *piece)
{
    static const char *const SIGNS[] = { "<", ">", "<=", ">=", "=", "==", "<>", "!=", NULL };
    for (size_t i = 0; piece->kind == PIECE_COMPARES && SIGNS[i] != NULL; i++)
        if (piece_spells(piece, SIGNS[i]))
            return true;
    return false;
}

/* What parts one comparison from the next: AND, but not the one of BETWEEN (there is no telling, nor need to). */
static bool is_border(const struct piece *piece)
{
    static const char *const WORDS[] = { "and", "or", "case", "when", "then", "else", "end", NULL };
    for (size_t i = 0; WORDS[i] != NULL; i++)
        if (piece_is_word(piece, WORDS[i]))
            return true;
    return piece->kind == PIECE_COMMA;
}

static void add_piece(const struct piece *piece, struct buf *out)
{
    const char *quote = piece->kind == PIECE_TEXT ? "'" : "";
    buf_addf(out, "%s%.*s%s", quote, (int)piece->len, piece->start, quote);
}

static void add_comparison(const struct piece *left, const struct piece *sign, const struct piece *right, struct buf *out)
{
    add_piece(left, out);
    buf_add_char(out, ' ');
    add_piece(sign, out);
    buf_add_char(out, ' ');
    add_piece(right, out);
}

static bool is_value(const struct piece *piece)
{
    return piece->kind == PIECE_NAME || piece->kind == PIECE_NUMBER || piece->kind == PIECE_TEXT;
}

/* The two halves of a span around a name, as in 1 < @n < 6: nothing else is sure to be meant so. */
static bool is_span(const struct piece *second)
{
    return second[-1].kind == PIECE_NAME && strchr("<>", *second->start) != NULL && strchr("<>", *second[-2].start) != NULL &&
           !piece_spells(second, "<>") && !piece_spells(second - 2, "<>");
}

/* The second of two comparisons stands at `at`. */
static int refuse_chain(const struct pieces *pieces, size_t at, struct error *error)
{
    const struct piece *list = &pieces->list[at];
    struct buf cure = { 0 };
    if (at >= 3 && at + 1 < pieces->count && is_comparison(list - 2) && is_value(list - 3) && is_value(list - 1) &&
        is_value(list + 1) && is_span(list)) {
        add_comparison(list - 3, list - 2, list - 1, &cure);
        buf_add_text(&cure, " AND ");
        add_comparison(list - 1, list, list + 1, &cure);
    } else {
        buf_add_text(&cure, "both with AND between them, as in 1 <= @n AND @n <= 6");
    }
    error_set(error, "of two comparisons in a row the second looks at what the first gave, which is 1 or 0; write %s",
              buf_text(&cure));
    buf_release(&cure);
    return -1;
}

/* Nobody means 'sun', or 10, as a yes; 1 and 0 are ways to write one. */
static bool is_lost(const struct piece *piece)
{
    return piece->kind == PIECE_TEXT ||
           (piece->kind == PIECE_NUMBER && !piece_spells(piece, "1") && !piece_spells(piece, "0"));
}

/* A value behind the AND or OR that follows a whole comparison: the piece at `name` and the two behind it. */
static int check_lone(const struct pieces *pieces, size_t name, struct error *error)
{
    const struct piece *list = pieces->list;
    size_t at = name + 4;
    if (at >= pieces->count || list[name].kind != PIECE_NAME || !is_comparison(&list[name + 1]) ||
        !pieces_leave_alone(pieces, name, true) || !is_value(&list[name + 2]) ||
        !(piece_is_word(&list[at - 1], "or") || piece_is_word(&list[at - 1], "and")) ||
        !is_lost(&list[at]) || !pieces_leave_alone(pieces, at, false))
        return 0;
    struct buf cure = { 0 };
    add_comparison(&list[name], &list[name + 1], &list[at], &cure);
    const char *quote = list[at].kind == PIECE_TEXT ? "'" : "";
    error_set(error, "%s%.*s%s stands alone behind %.*s, where SQL takes it for a yes or no of its own; write %.*s %s", quote,
              (int)list[at].len, list[at].start, quote, (int)list[at - 1].len, list[at - 1].start, (int)list[at - 1].len,
              list[at - 1].start, buf_text(&cure));
    buf_release(&cure);
    return -1;
}

int fact_check_chains(const struct pieces *pieces, struct error *error)
{
    bool compares[DEPTH_MAX] = { false };
    size_t depth = 0;
    for (size_t i = 0; i < pieces->count; i++) {
        const struct piece *piece = &pieces->list[i];
        if (check_lone(pieces, i, error) != 0)
            return -1;
        if (piece->kind == PIECE_OPEN && depth + 1 < DEPTH_MAX)
            compares[++depth] = false;
        else if (piece->kind == PIECE_CLOSE && depth > 0)
            depth--;
        else if (is_border(piece))
            compares[depth] = false;
        else if (is_comparison(piece) && compares[depth])
            return refuse_chain(pieces, i, error);
        else if (is_comparison(piece))
            compares[depth] = true;
    }
    return 0;
}
