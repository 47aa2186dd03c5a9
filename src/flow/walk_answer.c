/*
 * walk_answer: what a step takes for its answer.
 */
#include <string.h>

#include "base/utf8.h"
#include "flow/walk.h"
#include "text/fold.h"

/* The step's question as flow/ask wants it. */
struct question {
    struct ask ask;
    struct ask_choice choices[FLOW_CHOICES_MAX];
    struct buf labels[FLOW_CHOICES_MAX];
    size_t places[FLOW_CHOICES_MAX]; /* of each among the step's */
};

/* What the customer sees has its number from that (walk_say.c): a label that renders to nothing comes last. */
static void add_choices(struct walk *walk, struct question *question, size_t count, bool are_blank, size_t *known)
{
    for (size_t i = 0; i < count; i++) {
        struct buf *label = &question->labels[*known];
        walk_render(walk, walk->step->choices[i].label, NULL, WALK_LABEL_MAX, label);
        if (fold_is_empty(buf_text(label), label->len) != are_blank) {
            buf_release(label);
            continue;
        }
        question->choices[*known].label = buf_text(label);
        question->choices[*known].words = walk->step->choices[i].words;
        question->places[(*known)++] = i;
    }
}

static void begin(struct walk *walk, struct question *question)
{
    const struct step *step = walk->step;
    size_t count = step->choice_count < FLOW_CHOICES_MAX ? step->choice_count : FLOW_CHOICES_MAX;
    *question = (struct question){ .ask = walk->env->ask };
    question->ask.kind = step->ask;
    question->ask.now = walk->env->now;
    question->ask.pattern = step->pattern;
    question->ask.matcher = walk->env->matcher;
    question->ask.choices = question->choices;
    question->ask.choice_count = count;
    size_t known = 0;
    add_choices(walk, question, count, false, &known);
    add_choices(walk, question, count, true, &known);
}

static void end(struct question *question)
{
    for (size_t i = 0; i < question->ask.choice_count; i++)
        buf_release(&question->labels[i]);
}

/* Sets the step's variable when the value is accepted. */
static bool accept(struct walk *walk, const struct run_variable *value)
{
    walk->tried = value;
    bool is_accepted = walk_holds(walk, walk->step->accept_if);
    walk->tried = NULL;
    if (is_accepted)
        run_put(&walk->run->variables, walk->step->name, value);
    return is_accepted;
}

static bool read(struct walk *walk, const char *text, const char *media, struct way *way)
{
    struct question question;
    struct ask_answer answer = { 0 };
    begin(walk, &question);
    bool is_answer = ask_read(&question.ask, text != NULL ? text : "", media, &answer) == ASK_READ;
    if (is_answer) {
        struct run_variable value = { .name = (char *)walk->step->name,
                                      .value = (char *)buf_text(&answer.value),
                                      .is_number = answer.is_number };
        is_answer = accept(walk, &value);
        *way = is_answer && walk->step->ask == ASK_CHOICE
                   ? walk->step->choices[question.places[answer.choice]].way
                   : (struct way){ .kind = WAY_ON };
    }
    ask_answer_release(&answer);
    end(&question);
    return is_answer;
}

bool walk_read(struct walk *walk, struct way *way)
{
    return read(walk, walk->input->text, walk->input->media, way);
}

/* A value that is typed already; of a choice it must be the label of one. */
static bool take(struct walk *walk, const struct run_variable *known, struct way *way)
{
    struct question question;
    size_t i = 0;
    *way = (struct way){ .kind = WAY_ON };
    if (walk->step->ask == ASK_CHOICE) {
        begin(walk, &question);
        while (i < question.ask.choice_count && strcmp(question.choices[i].label, known->value) != 0)
            i++;
        bool is_one = i < question.ask.choice_count;
        end(&question);
        if (!is_one)
            return false;
        *way = walk->step->choices[question.places[i]].way;
    }
    return walk_holds(walk, walk->step->accept_if);
}

bool walk_knows(struct walk *walk, struct way *way)
{
    const char *name = walk->step->name;
    const struct run_variable *known = run_variable(walk->run, name);
    if (known == NULL)
        return false;
    if (known->is_raw) {
        struct buf text = { 0 };
        buf_add_text(&text, known->value); /* setting the answer frees the old value */
        bool is_known = read(walk, buf_text(&text), NULL, way);
        buf_release(&text);
        if (is_known) {
            walk_pass(walk);
            return true;
        }
    } else if (take(walk, known, way)) {
        return true;
    }
    run_forget(walk->run, name);
    return false;
}

bool walk_is_back(const struct walk *walk)
{
    const char *text = walk->input->text;
    struct buf folded = { 0 };
    if (walk->env->back_words == NULL || text == NULL)
        return false;
    fold_text(text, strlen(text), &folded);
    if (folded.len > MATCH_MAX)
        buf_truncate(&folded, utf8_floor(folded.data, folded.len, MATCH_MAX));
    bool is_back = pattern_match(walk->env->back_words, walk->env->matcher, buf_text(&folded), folded.len,
                                 NULL) == PATTERN_YES;
    buf_release(&folded);
    return is_back;
}
