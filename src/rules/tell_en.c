/*
 * tell_en: the English voice. Every sentence of `rules tell` in English is here.
 */
#include <stddef.h>

#include "rules/tell_voice.h"

static const struct tell_name SETTINGS[] = {
    { "business_name", "This is {}." },
    { "time_zone", "Times are those of {}." },
    { "default_language", "Customers whose language is not known are taken to read {}." },
    { "reply_expires", "An answer that could not go out within {} is not sent any more." },
    { "window_margin", "The 24 hours in which WhatsApp takes free text count as over {} early." },
    { "idle_close", "A conversation in which nobody writes for {} is over." },
    { "calls_per_hour", "At most {} calls an hour go to Braze." },
    { "calls_in_flight", "At most {} calls to Braze run at the same time." },
    { NULL, NULL },
};

static const struct tell_name LANGUAGES[] = {
    { "en", "English" },    { "ko", "Korean" },  { "es", "Spanish" },    { "fr", "French" },
    { "de", "German" },     { "it", "Italian" }, { "pt", "Portuguese" }, { "pt-BR", "Brazilian Portuguese" },
    { "ja", "Japanese" },   { "zh", "Chinese" }, { "vi", "Vietnamese" }, { "th", "Thai" },
    { "id", "Indonesian" }, { "ru", "Russian" }, { "nl", "Dutch" },      { "pl", "Polish" },
    { "tr", "Turkish" },    { "ar", "Arabic" },  { NULL, NULL },
};

static const struct tell_name WEEKDAYS[] = {
    { "mon", "Monday" }, { "tue", "Tuesday" },  { "wed", "Wednesday" }, { "thu", "Thursday" },
    { "fri", "Friday" }, { "sat", "Saturday" }, { "sun", "Sunday" },    { NULL, NULL },
};

static const struct tell_name NAMES[] = {
    { "channel", "the channel" },
    { "language", "the customer's language" },
    { "locale", "the customer's language" },
    { "country", "the customer's country" },
    { "weekday", "the day" },
    { "hour", "the hour" },
    { "contact_hour", "the hour at the customer's place" },
    { "date", "the date" },
    { "time", "the time" },
    { "owner", "who answers the conversation" },
    { "message_count", "the number of messages so far" },
    { "last_rule", "the rule before" },
    { "minutes_since_last", "the number of minutes since the last message" },
    { "cooling", "the resting rule" },
    { "campaign", "the campaign" },
    { NULL, NULL },
};

static const struct tell_fact FACTS[] = {
    { "open", "while we are open", "while we are closed" },
    { "first_contact", "if the customer writes for the first time", "if the customer has written before" },
    { "new_conversation", "if a conversation begins", "if the conversation is under way" },
    { "opted_out", "if the customer has opted out", "if the customer has not opted out" },
    { "has_media", "if the message brings a picture or a file", "if the message brings no picture or file" },
    { "late", "if the message reached us late", "if the message reached us in time" },
    { NULL, NULL, NULL },
};

const struct tell_voice tell_english = {
    .comma = ", ",
    .or = " or ",
    .and = " and ",
    .quote = "“{}”",
    .range = "{} to {}",
    .interval = "from {} to {}",
    .semicolon = "; ",
    .parts = {
        [PART_BUSINESS] = "The business",
        [PART_HOURS] = "Opening hours",
        [PART_WAYS] = "How answers go out",
        [PART_TEAMS] = "Who takes over",
        [PART_RULES] = "The rules",
        [PART_FIRST] = "First of all",
        [PART_USUAL] = "The usual questions",
        [PART_AFTER] = "Only when nothing above fits",
        [PART_REST] = "Whatever is left",
        [PART_NEVER] = "Never reached",
    },
    .sentences = {
        [TELL_SETTING] = "The setting {} is “{}”.",
        [TELL_NO_SETTING] = "Nothing is set; everything is as it comes.",
        [TELL_OPEN] = "{}: open {}.",
        [TELL_CLOSED] = "{}: closed.",
        [TELL_RESPONSE] = "On {}, answers go out through the campaign {} within 24 hours of the customer's last message.",
        [TELL_TEMPLATE] = "After these 24 hours they go out on {} through the template campaign {}.",
        [TELL_NO_TEMPLATE] = "After these 24 hours nothing can go out on {}, because it has no template campaign; "
                             "such answers wait until the customer writes again.",
        [TELL_NO_RESPONSE] = "Nothing goes out on {} as free text, because it has no campaign with the layout "
                             "response.",
        [TELL_WAY] = "On {}, answers go out through the campaign {}.",
        [TELL_FURTHER] = "The campaign {} carries the answers of {}.",
        [TELL_UNUSED] = "No rule uses the campaign {}.",
        [TELL_NO_WAY] = "There is no campaign, so no answer can go out.",
        [TELL_TEAM] = "The team {} gets the conversations that {} hands over.",
        [TELL_TEAM_IDLE] = "No rule hands a conversation over to the team {}.",
        [TELL_INTRO] = "Rules are tried in the order in which they stand here, and the first that fits takes the "
                       "message. What stands in ‹brackets› is filled in for each customer.",
        [TELL_NO_RULES] = "There are no rules, so no message is answered.",
        [TELL_NEVER] = "No message gets this far: “{}” takes everything.",
        [TELL_WHEN] = "When a message {}{}, {}",
        [TELL_WHEN_ALL] = "When none of the rules above has taken the message{}, {}",
        [TELL_UNLESS] = ", unless it {}",
        [TELL_ONLY_IF] = "This counts only {}.",
        [TELL_GROUPS] = "What it finds there is kept as {}.",
        [TELL_BUTTONS] = "Below it the customer finds the buttons {}.",
        [TELL_SET] = "It keeps {} as {}.",
        [TELL_UNSET] = "It forgets {}.",
        [TELL_COOLDOWN] = "For the same customer this happens at most once in {}.",
        [TELL_CAMPAIGN] = "The answer goes out through the campaign {}.",
        [TELL_ACT] = "the action {} is taken.",
        [TELL_EXAMPLES] = "For example: {}.",
        [TELL_EXAMPLES_BOTH] = "For example: {}; but not: {}.",
        [TELL_COUNTEREXAMPLES] = "But not: {}.",
    },
    .clauses = {
        [CLAUSE_HAS] = { "contains {}, or ", "contains {}" },
        [CLAUSE_BEGINS] = { "has a word that begins with {}, or ", "has a word that begins with {}" },
        [CLAUSE_ENDS] = { "has a word that ends in {}, or ", "has a word that ends in {}" },
        [CLAUSE_INSIDE] = { "has {} anywhere, even inside a word, or ", "has {} anywhere, even inside a word" },
        [CLAUSE_WHOLE] = { "says nothing but {}, or ", "says nothing but {}" },
        [CLAUSE_PATTERN] = { "fits the pattern {}, or ", "fits the pattern {}" },
    },
    .acts = {
        [ACTION_SAY] = { "the answer is: {}", "nothing is answered.", NULL },
        [ACTION_IGNORE] = { "nothing is answered.", "nothing is answered.", NULL },
        [ACTION_OPT_OUT] = { "the customer is opted out and told: {}", "the customer is opted out.",
                             "From then on the bot is silent until the customer opts in again." },
        [ACTION_OPT_IN] = { "the customer is opted in again and told: {}", "the customer is opted in again.",
                            NULL },
        [ACTION_HANDOFF] = { "the team {} takes over, and the customer is told: {}", "the team {} takes over.",
                             "From then on the bot is silent until somebody releases or closes the conversation." },
        [ACTION_TAG] = { "{}", "the tag {} is noted, and the rules after it are tried.", NULL },
        [ACTION_CLOSE] = { "the conversation is closed, and the customer is told: {}",
                           "the conversation is closed.", NULL },
    },
    .settings = SETTINGS,
    .languages = LANGUAGES,
    .weekdays = WEEKDAYS,
    .names = NAMES,
    .facts = FACTS,
    .compares = {
        [COMPARE_EQUAL] = "if {} is {}",
        [COMPARE_NOT] = "if {} is not {}",
        [COMPARE_LESS] = "if {} is less than {}",
        [COMPARE_MOST] = "if {} is at most {}",
        [COMPARE_MORE] = "if {} is more than {}",
        [COMPARE_LEAST] = "if {} is at least {}",
        [COMPARE_BETWEEN] = "if {} is from {} to {}",
    },
    .hours = {
        [COMPARE_EQUAL] = "from {}:00 to {}:59",
        [COMPARE_NOT] = "outside of {}:00 to {}:59",
        [COMPARE_LESS] = "before {}:00",
        [COMPARE_MOST] = "until {}:59",
        [COMPARE_MORE] = "after {}:59",
        [COMPARE_LEAST] = "from {}:00 on",
        [COMPARE_BETWEEN] = "from {}:00 to {}:59",
    },
    .condition_and = ", and ",
    .condition_or = ", or ",
    .condition_sql = "if this is true: {}",
    .units = { { " millisecond", " milliseconds" }, { " second", " seconds" }, { " minute", " minutes" },
               { " hour", " hours" }, { " day", " days" } },
};
