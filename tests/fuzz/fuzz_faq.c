/*
 * Any bytes as a message: its words are covered by their terms, which hold nothing that FTS5 could take for its own; what
 * is found has a score from 0 to 1, best first, and the same again. As a question of its own it finds itself.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "store/faq.h"
#include "text/terms.h"

enum { HITS = 5 };

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void check_terms(const struct terms *terms)
{
    require(strpbrk(buf_text(&terms->text), "\"'*():^+-{}.,;") == NULL);
    for (size_t i = 0; i < terms->word_count; i++) {
        uint32_t covered = 0;
        for (size_t k = terms->words[i].first; k < terms->words[i].first + terms->words[i].count; k++)
            covered |= terms->terms[k].covers;
        require(covered == terms->words[i].units && covered != 0);
    }
}

/* The best hit's entry, or SIZE_MAX. */
static size_t search(struct faq_index *index, const char *text, size_t len)
{
    const struct faq_query query = { text, len, "en", "ko", 0 };
    struct faq_hit hits[HITS], again[HITS];
    size_t count = faq_search(index, &query, hits, HITS);
    require(count <= HITS && faq_search(index, &query, again, HITS) == count);
    for (size_t i = 0; i < count; i++)
        require(hits[i].score > 0 && hits[i].score <= 1 && hits[i].entry == again[i].entry &&
                hits[i].score == again[i].score);
    return count > 0 ? hits[0].entry : SIZE_MAX;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf text = { 0 };
    struct terms terms = { 0 };
    utf8_repair((const char *)data, size < FAQ_TEXT_MAX / 4 ? size : FAQ_TEXT_MAX / 4, &text);
    terms_cut(buf_text(&text), text.len, FAQ_WORDS_MAX, &terms);
    check_terms(&terms);

    const struct faq_entry entries[] = { { "Have you got parking?", "Yes.", "garage, car park", "en" },
                                         { "주차할 수 있나요?", "네", "주차장", "ko" },
                                         { buf_text(&text), "This.", buf_text(&text), "" } };
    struct faq_index *index = faq_index_new(entries, sizeof entries / sizeof entries[0]);
    search(index, (const char *)data, size);
    size_t found = search(index, buf_text(&text), text.len);
    require(terms.word_count == 0 || terms.word_count == FAQ_WORDS_MAX || found != SIZE_MAX);
    faq_index_free(index);
    terms_release(&terms);
    buf_release(&text);
    return 0;
}
