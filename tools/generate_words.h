/*
 * generate_words: what people and the bot of a made-up business say, in five languages.
 *
 * A topic is a rule of the sample business (rules/): what it is asked, and what it answers. Texts are made of such a
 * sentence and of words that are as frequent as words are: a few everywhere, most of them hardly ever, so that searches
 * for both can be tried. All depends on the chance given, and on nothing else. Any thread.
 */
#ifndef TOOLS_GENERATE_WORDS_H
#define TOOLS_GENERATE_WORDS_H

#include <stddef.h>

#include "base/buf.h"

#include "generate_chance.h"

enum tongue { ENGLISH, KOREAN, SPANISH, CHINESE, JAPANESE, TONGUES };

enum topic_way { TOPIC_SAY, TOPIC_FLOW, TOPIC_CONSULT, TOPIC_HANDOFF, TOPIC_OPT_OUT, TOPIC_IGNORE };

struct topic {
    const char *rule, *target; /* target: the flow, the backend, the team; "" */
    enum topic_way way;
    int share; /* of all topics of its way */
    const char *asks[TONGUES], *says[TONGUES];
};

struct words; /* the vocabularies */

struct words *words_new(void);
void words_free(struct words *words);

const char *words_tag(enum tongue tongue);  /* "en" … */
const char *words_zone(enum tongue tongue); /* "Asia/Seoul" … */
void words_name(enum tongue tongue, uint64_t number, struct buf *out); /* a first name, appended */

const struct topic *words_topic(struct chance *chance, enum topic_way way);

/* What a customer writes about it, and what is answered; appended. */
void words_ask(const struct words *words, struct chance *chance, enum tongue tongue, const struct topic *topic, struct buf *out);
void words_say(const struct words *words, struct chance *chance, enum tongue tongue, const struct topic *topic, struct buf *out);

/* A question that the business has no answer to: often one of a few, differently typed, else one of its own. */
void words_riddle(const struct words *words, struct chance *chance, enum tongue tongue, struct buf *out);

/* Talk without a topic: of a person, of a model, between the steps of a flow. `least` to `most` words. */
void words_talk(const struct words *words, struct chance *chance, enum tongue tongue, int least, int most, struct buf *out);

#endif
