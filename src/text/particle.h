/*
 * particle: what is written onto a Korean noun (을, 에서), taken off where it fits by its sound: 은, 이, 을, 과 follow a
 * consonant, 는, 가, 를, 와 a vowel. Two syllables stay. Unlike the endings of terms.h it never takes off a verb. Pure; any
 * thread.
 */
#ifndef TEXT_PARTICLE_H
#define TEXT_PARTICLE_H

#include <stddef.h>

/* How many characters are left of `count` at text[0 … len-1]; all of them where not all are syllables of Hangul. */
size_t particle_off(const char *text, size_t len, size_t count);

#endif
