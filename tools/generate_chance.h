/*
 * generate_chance: numbers that look random and are the same for the same seed.
 */
#ifndef TOOLS_GENERATE_CHANCE_H
#define TOOLS_GENERATE_CHANCE_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

struct chance {
    uint64_t state; /* any number */
};

static inline uint64_t chance_mix(uint64_t x)
{
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

static inline uint64_t chance_next(struct chance *chance)
{
    return chance_mix(chance->state += 0x9e3779b97f4a7c15u);
}

static inline int64_t chance_below(struct chance *chance, int64_t limit) /* 0 … limit - 1 */
{
    return (int64_t)(((__uint128_t)chance_next(chance) * (uint64_t)limit) >> 64);
}

static inline int64_t chance_between(struct chance *chance, int64_t least, int64_t most)
{
    return least + chance_below(chance, most - least + 1);
}

static inline bool chance_of(struct chance *chance, int per_10000)
{
    return chance_below(chance, 10000) < per_10000;
}

static inline double chance_unit(struct chance *chance) /* 0 <= it < 1 */
{
    return (double)(chance_next(chance) >> 11) * 0x1p-53;
}

/* A rank below `limit` as words have them: the first as often as the second and third together, and so on. */
static inline int64_t chance_rank(struct chance *chance, int64_t limit)
{
    int64_t rank = (int64_t)exp(chance_unit(chance) * log((double)limit + 1)) - 1;

    return rank < limit ? rank : limit - 1;
}

#endif
