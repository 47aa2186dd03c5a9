/*
 * fact_piece: see the header.
 */
#include <string.h>
#include <strings.h>

#include "base/ascii.h"
#include "rules/fact_piece.h"
#include "store/rulefile_scan.h"

bool piece_spells(const struct piece *piece, const char *word)
{
    return piece->len == strlen(word) && strncasecmp(piece->start, word, piece->len) == 0;
}

bool piece_is_word(const struct piece *piece, const char *word)
{
    return piece->kind == PIECE_WORD && piece_spells(piece, word);
}

static bool is_one_of(const char *marks, const struct token *token)
{
    return token->kind == TOKEN_MARK && strchr(marks, *token->start) != NULL;
}

static enum piece_kind kind_of(const struct token *token)
{
    if (token->kind == TOKEN_TEXT || token->kind == TOKEN_QUOTED)
        return PIECE_TEXT;
    if (token->kind == TOKEN_WORD)
        return ascii_is_digit(*token->start) ? PIECE_NUMBER : PIECE_WORD;
    return is_one_of("<>=!", token) ? PIECE_COMPARES
           : *token->start == '('   ? PIECE_OPEN
           : *token->start == ')'   ? PIECE_CLOSE
           : *token->start == ','   ? PIECE_COMMA
                                    : PIECE_OTHER;
}

/* Takes what belongs together for one: a name with its sigil, the two signs of <=, a text without its quotes. */
static void add_token(struct pieces *pieces, const struct token *token)
{
    struct piece piece = { kind_of(token), token->start, token->len };
    struct piece *last = pieces->count > 0 ? &pieces->list[pieces->count - 1] : NULL;
    bool is_close = last != NULL && last->start + last->len == token->start;
    if (is_close && last->kind == PIECE_OTHER && strchr(":@", *last->start) != NULL && last->len == 1) {
        *last = (struct piece){ PIECE_NAME, last->start, token->len + 1 };
        return;
    }
    if (is_close && last->kind == PIECE_COMPARES && piece.kind == PIECE_COMPARES) {
        last->len++;
        return;
    }
    if (piece.kind == PIECE_TEXT)
        piece = (struct piece){ PIECE_TEXT, token->start + 1, token->len - 2 };
    if (piece_is_word(&piece, "is") || piece_is_word(&piece, "between"))
        piece.kind = PIECE_COMPARES;
    if (pieces->count < PIECES_MAX)
        pieces->list[pieces->count++] = piece;
}

void pieces_read(const char *source, struct pieces *pieces)
{
    struct scan scan = { .at = source, .line = 1 };
    struct token token;
    for (scan_next(&scan, &token); token.kind != TOKEN_END && token.kind != TOKEN_OPEN;
         scan_next(&scan, &token))
        add_token(pieces, &token);
}

bool pieces_leave_alone(const struct pieces *pieces, size_t at, bool is_before)
{
    if (is_before ? at == 0 : at + 1 >= pieces->count)
        return true;
    const struct piece *next = &pieces->list[is_before ? at - 1 : at + 1];
    static const char *const WORDS[] = { "and", "or", "not", "when", "then", "else", "end", "case", NULL };
    for (size_t i = 0; WORDS[i] != NULL; i++)
        if (piece_is_word(next, WORDS[i]))
            return true;
    return next->kind == PIECE_COMMA || next->kind == (is_before ? PIECE_OPEN : PIECE_CLOSE);
}
