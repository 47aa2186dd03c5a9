/*
 * generate_topics: the table of topics.
 */
#ifndef TOOLS_GENERATE_TOPICS_H
#define TOOLS_GENERATE_TOPICS_H

#include "generate_words.h"

extern const struct topic topics[];
extern const size_t topic_count;

#endif
