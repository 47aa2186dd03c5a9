/*
 * commands: the table. The order is the order of help, and commands of one noun stand together.
 */
#include <stddef.h>

#include "ctl/commands.h"

#define LISTED (OPTION_BIT(OPTION_LIMIT) | OPTION_BIT(OPTION_STATE) | OPTION_BITS_PERIOD | OPTION_BITS_PERSON)

const struct command commands[] = {
    { "status", "how things are, and what needs you",
      "First comes what waits for you, each with the command that deals with it; then the day in numbers.\n"
      "  frontdesk status\n"
      "  frontdesk status --json", 0,
      false, command_status },
    { "conversations", "who wrote, and who answers them",
      "Newest first. \"owner\" is bot, agent (a person has it, or is asked to take it) or closed. All that is asked for has\n"
      "to be true: heard from between --since and --until; a message that --rule took, a --flow entered, a --backend asked, in\n"
      "whatever ruleset that was; --unanswered: a message that no rule took, or whose answer is held, expired or dead.\n"
      "OUTCOME is answered, unanswered, person, flow_done, flow_left or opted_out. Times are the business's (the setting\n"
      "time_zone), whatever the terminal's TZ is.\n"
      "  frontdesk conversations --since today --unanswered\n"
      "  frontdesk conversations --rule refund --since 2026-05-01 --until 2026-06-01 --csv > may.csv\n"
      "  frontdesk conversations --owner agent",
      OPTION_BITS_PERIOD | OPTION_BITS_PERSON | OPTION_BITS_ANSWER | OPTION_BIT(OPTION_LIMIT),
      true, command_conversations },
    { "transcript CONVERSATION", "what was said, and whether it went out",
      "Of a customer it is the newest conversation; with --all, --since or --until it is all of hers, one after the other.\n"
      "Texts that went as they should stand alone; what became of all others stands under them. The words by which a rule\n"
      "took a message are underlined, as the customer wrote them.\n"
      "  frontdesk transcript ana --since 30d\n"
      "  frontdesk transcript ana --html > ana.html      a page to print, that needs nothing and can do nothing\n"
      "  frontdesk transcript ana --follow               and what is said from now on\n"
      "With --as-talk it is SQL for a rule file instead: a talk (a test of the rules) in which the customer says the same and\n"
      "the bot has to answer the same. It ends with 1 when the rules in force would not do so, and tells where they part.\n"
      "  frontdesk transcript ana --as-talk > rules/60-ana.sql",
      OPTION_BIT(OPTION_ALL) | OPTION_BITS_PERIOD | OPTION_BIT(OPTION_HTML) | OPTION_BIT(OPTION_FOLLOW) |
          OPTION_BIT(OPTION_AS_TALK),
      true, command_transcript },
    { "follow [CONVERSATION]", "the desk as it lives: every message, who answered, who took over",
      "Begins with the newest messages (--limit, else 10), then waits for what comes, of all customers or of one, until\n"
      "Ctrl-C. An answer that did not go out is told again, with the reason. With --json each line is an object of its own.\n"
      "  frontdesk follow\n"
      "  frontdesk follow ana\n"
      "  frontdesk follow --limit 0 --json | jq 'select(.what == \"event\")'",
      OPTION_BIT(OPTION_LIMIT), false, command_follow },
    { "profile USER", "what the customer's Braze profile holds from us",
      "Every attribute that rules have written, the value that Braze has taken and since when; what is still to be written,\n"
      "and why it has not gone. Values are shown as JSON: \"3\" is a text, 3 a number, null an attribute that is removed.\n"
      "USER is an external id, a phone number, or the number of a conversation.\n"
      "  frontdesk profile ana\n"
      "  frontdesk profile +34600100200 --json",
      0, true, command_profile },
    { "search TEXT...", "messages by their words, of millions",
      "All words have to be in the message; case, accents and Korean particles make no difference. Newest first, or the best\n"
      "first with --by relevance. Nothing that you type is an error; AND, OR and the like are words.\n"
      "  frontdesk search refund order         both words, in any order\n"
      "  frontdesk search '\"lost parcel\"'       next to each other, in this order\n"
      "  frontdesk search 'parcel*'            words that begin so\n"
      "  frontdesk search refund -invoice      without this word\n"
      "  frontdesk search 환불 --since 30d     in longer words, too: 환불해주세요; likewise any piece of Chinese or Japanese\n"
      "  frontdesk search refund --user ana --limit 0\n"
      "What was said a moment ago is found, too. It ends with 3 when no message fits.",
      OPTION_BITS_PERIOD | OPTION_BITS_PERSON | OPTION_BIT(OPTION_LIMIT) | OPTION_BIT(OPTION_BY), true, command_search },
    { "why MESSAGE|USER", "why a message was answered as it was",
      "MESSAGE is the number of a customer's message or of an answer; of a USER it is her newest message. Shows the text as\n"
      "the rules saw it, the rule that won and on what words, what kept each rule before it back, what was done, and what\n"
      "followed: decided once more by the rules and from the facts of that moment. Where backends were asked, each attempt\n"
      "is listed.\n"
      "  frontdesk why 41\n"
      "  frontdesk why ana",
      0, false, command_why },
    { "chat", "be a customer, here in the terminal",
      "Writes to the running daemon through its webhook (with the first of FRONTDESK_WEBHOOK_TOKENS) and shows what\n"
      "frontdesk-sandbox (BRAZE_REST_URL) received for you. It never talks to the real Braze. Ctrl-D ends it.\n"
      "A script has one message per line; blank lines and lines that begin with # are skipped. It ends with 1 when an\n"
      "answer that was due did not come. With --save the chat is kept as a talk, a test of the rules, from the beginning of\n"
      "the conversation that it is a part of.\n"
      "  frontdesk chat --as ana\n"
      "  frontdesk chat --as minji --language ko\n"
      "  frontdesk chat --script questions.txt\n"
      "  frontdesk chat --save rules/60-friday.sql",
      OPTION_BIT(OPTION_AS) | OPTION_BIT(OPTION_LANGUAGE) | OPTION_BIT(OPTION_SCRIPT) | OPTION_BIT(OPTION_SAVE), false,
      command_chat },
    { "init DIR", "a new desk in a folder: rules, settings, what to paste into Braze",
      "Writes rule files that teach by example for a shop, a restaurant or a service (--kind), in English, Korean or\n"
      "Spanish (--language), frontdesk.env for frontdeskd and frontdesk alike, and braze-body.txt with the address at\n"
      "which Braze will reach you (--url). The folder must be empty or not there yet; nothing is ever overwritten.\n"
      "  frontdesk init ./shop --kind shop --language en\n"
      "  frontdesk init ./tienda --kind restaurant --language es --url https://desk.example.com",
      OPTION_BIT(OPTION_KIND) | OPTION_BIT(OPTION_LANGUAGE) | OPTION_BIT(OPTION_URL), false, command_init },
    { "rules check [DIR]", "would these rule files load?",
      "Reads and compiles the files, runs their examples and talks, and looks for slips. Nothing is changed. Ends with 1\n"
      "when the files would be refused; with --strict also when there are warnings. Of a talk that fails it shows what was\n"
      "expected and what was said, side by side. With --cost it lists instead the rules that are looked at for every\n"
      "message, as nothing in them says which messages may be left out; a few do no harm.\n"
      "  frontdesk rules check ./rules\n"
      "  frontdesk rules check ./rules --strict --json",
      OPTION_BIT(OPTION_STRICT) | OPTION_BIT(OPTION_COST), true, command_rules_check },
    { "rules load [DIR]", "put rule files into force",
      "All or nothing: when anything is wrong with the files, the rules in force stay. Shows the warnings, too.\n"
      "  frontdesk rules load ./rules", 0,
      false,
      command_rules_load },
    { "rules list", "the rules in force, in the order in which they are tried",
      "  frontdesk rules list\n"
      "  frontdesk rules list --csv",
      0, true,
      command_rules_list },
    { "rules tell [DIR]", "the rules in plain sentences",
      "Those in force, or those of DIR, in the order in which they are tried, in English or Korean (--language ko).\n"
      "Read it as your customers will meet it: settings are filled in, ‹names› stand for what differs between them.\n"
      "  frontdesk rules tell\n"
      "  frontdesk rules tell ./draft --language ko",
      OPTION_BIT(OPTION_LANGUAGE), false, command_rules_tell },
    { "rules explain [TABLE]", "what the tables and columns of rule files are for",
      "TABLE is one of them, or fact for what conditions may ask. The page frontdesk-rules(5) has all of it.\n"
      "  frontdesk rules explain rule\n"
      "  frontdesk rules explain setting",
      0, true, command_rules_explain },
    { "rules draw FLOW", "a flow as a picture: lines on a terminal, else for Graphviz",
      "Of the rules in force, or those in --rules DIR. What goes into a file or a pipe is DOT, as with --dot:\n"
      "  frontdesk rules draw table\n"
      "  frontdesk rules draw table --rules ./draft | dot -Tsvg > table.svg",
      OPTION_BIT(OPTION_DOT), false, command_rules_draw },
    { "rules try TEXT...", "what would be answered to this text?",
      "By the rules in force, or those in --rules DIR. Nothing is sent and nothing is written. Without --as somebody writes\n"
      "for the first time; with it a customer of the book, as he stands there. A weekday is the next one, today included.\n"
      "  frontdesk rules try 'are you open on sunday?'\n"
      "  frontdesk rules try --rules ./draft --at 'sat 23:30' 'a table for two'\n"
      "  frontdesk rules try --language ko '몇 시까지 해요?'\n"
      "  frontdesk rules try --as ana 'and my order?'",
      OPTION_BIT(OPTION_AS) | OPTION_BIT(OPTION_AT) | OPTION_BIT(OPTION_LANGUAGE), false, command_rules_try },
    { "rules history", "every load of rules: when, by whom, what it changed",
      "Newest first. \"as 3\" are the files of 3 once more, as after a rollback.\n"
      "  frontdesk rules history --limit 5", OPTION_BIT(OPTION_LIMIT), true,
      command_rules_history },
    { "rules diff [FROM] [TO]", "what is different between two sets of rules",
      "Each is a number of the history or a folder. FROM is else the ruleset in force, TO the folder of FRONTDESK_RULES.\n"
      "First what came, went, changed or moved, row by row; then the lines of the files.\n"
      "  frontdesk rules diff              what would rules load change?\n"
      "  frontdesk rules diff ./draft      what would a draft change?\n"
      "  frontdesk rules diff 3 5          what changed from 3 to 5?\n"
      "  frontdesk rules diff 5 ./draft    (a folder whose name is a number: ./7)",
      0, false, command_rules_diff },
    { "rules rollback N", "put the rules of an earlier load into force again",
      "They are checked once more and become a new ruleset; conversations go on. The folder of rules is left as it is:\n"
      "a restart does not undo a rollback, but the next change of a file there does, so mend the files as well.\n"
      "  frontdesk rules history\n"
      "  frontdesk rules rollback 3",
      0, false, command_rules_rollback },
    { "rules replay DIR", "what would a draft have done with the messages that came?",
      "Puts recorded messages to the rules in DIR, each as things stood when it came, and shows what would have gone\n"
      "elsewhere: how often which rule would win instead of which, what the same rule would say otherwise, with up to\n"
      "three examples of each. Nothing is sent or written, and the daemon goes on meanwhile.\n"
      "  frontdesk rules replay ./draft --since 7d\n"
      "  frontdesk rules replay ./draft --user ana --limit 100\n"
      "  frontdesk rules replay ./draft --since 2026-05-01 --until 2026-06-01 --json",
      OPTION_BIT(OPTION_SINCE) | OPTION_BIT(OPTION_UNTIL) | OPTION_BIT(OPTION_USER) | OPTION_BIT(OPTION_LIMIT),
      true, command_rules_replay },
    { "outbox list", "what is to go out, and what became of it",
      "STATE is waiting, due, claimed, accepted, held, withheld, expired, dead, unknown; or pending for the first three,\n"
      "or trouble for what did not reach the customer. --since and --until look at when a row was queued, --rule at turns in\n"
      "which it took the message, --backend at what it was asked. Of a customer: texts, questions to backends, and whatever\n"
      "has not been accepted; what his profile has got shows frontdesk profile.\n"
      "  frontdesk outbox list --state trouble --since 7d\n"
      "  frontdesk outbox list --user ana",
      LISTED | OPTION_BIT(OPTION_RULE) | OPTION_BIT(OPTION_BACKEND), true, command_outbox_list },
    { "outbox show ID", "one of them, with every attempt",
      "  frontdesk outbox show 12",
      0, false, command_outbox_show },
    { "outbox retry ID", "send it after all",
      "  frontdesk outbox retry 12",
      0, false, command_outbox_retry },
    { "outbox drop ID", "never send it",
      "  frontdesk outbox drop 12",
      0, false, command_outbox_drop },
    { "webhooks list", "what came in, as it came",
      "STATE is raw, read, duplicate, unreadable, aside; or trouble for what became no message. --since and --until look at\n"
      "when it came. Of a customer: what became a message, and what names the customer and became none.\n"
      "  frontdesk webhooks list --state trouble --since today",
      LISTED, true, command_webhooks_list },
    { "webhooks show ID", "one of them, with its bytes",
      "  frontdesk webhooks show 7",
      0, false, command_webhooks_show },
    { "webhooks replay ID", "read an unreadable one again",
      "  frontdesk webhooks replay 7",
      0, false, command_webhooks_replay },
    { "queue", "who waits for a person, and for how long",
      "Everybody whom a person answers, or is asked to: who waits longest comes first. \"waiting\" has nobody yet, \"taken\"\n"
      "waits for a word of who has it, \"answered\" has got one. \"case\" is the number on a colleague's phone, \"told\" who\n"
      "was told there, \"trouble\" why that, or an answer to the customer, has not gone, and \"next\" what to type.\n"
      "  frontdesk queue\n"
      "  frontdesk queue --json",
      OPTION_BIT(OPTION_LIMIT), true, command_queue },
    { "say CONVERSATION TEXT...", "write to the customer yourself",
      "Takes the conversation from the bot first. One that a colleague has taken is hers until she releases it.\n"
      "  frontdesk say ana 'Your cake is ready.'\n"
      "  frontdesk say '#12' 'Your cake is ready.'       the customer of case 12", 0, false, command_say },
    { "note CONVERSATION TEXT...", "a note for the desk, which the customer never sees",
      "It stands in the transcript, also of a conversation that is over. No AI reads it, and no summary.\n"
      "  frontdesk note ana 'wants it without nuts'",
      0, false, command_note },
    { "take CONVERSATION", "the conversation is yours; the bot is silent",
      "Done when no answer of the bot is on its way any more. Whoever was told of it on the phone hears that you have it. When\n"
      "you say nothing for the setting agent_timeout while the customer waits, the bot gets it back. A colleague who takes it,\n"
      "too, is told that you have it. Colleagues are told apart by whom sudo, or else the session, knows to have logged in.\n"
      "  frontdesk take ana",
      0, false, command_take },
    { "release CONVERSATION", "the bot answers again",
      "  frontdesk release ana",
      0, false, command_release },
    { "close CONVERSATION", "it is over; the next message begins a new one",
      "  frontdesk close ana",
      0, false, command_close },
    { "drill BACKEND FAULT [TEXT...]", "what would a customer see if a backend failed?",
      "FAULT is timeout, 500, 429, garbage (an answer that is none) or slow (the right answer, as late as it may be). A\n"
      "rehearsal on paper: the text, or the newest message of --as USER, is decided as it would be now, and the chain of\n"
      "fallbacks walked step by step with the times it would take. Nobody is asked or written to, so it is safe on a live\n"
      "desk. The FAQ answers for real; what other backends would say is not known here. Circuits that are open and money\n"
      "that is spent are not looked at: frontdesk status shows them.\n"
      "  frontdesk drill assistant timeout --as ana\n"
      "  frontdesk drill assistant 429 'have you got parking?'\n"
      "  frontdesk drill assistant slow --rules ./draft 'are you open?'",
      OPTION_BIT(OPTION_AS) | OPTION_BIT(OPTION_AT), false, command_drill },
    { "stats", "how much, who answered, how fast, and what nobody answered",
      "The last 30 days, unless --since says otherwise: messages by day; who answered (a rule, a flow, an AI, the FAQ,\n"
      "a person, nobody) and how fast, from the customer's message until Braze took the answer: half of them (p50) and\n"
      "nearly all (p95) within the time shown; which rules took most; what nobody had an answer to, how often it was\n"
      "asked, and the newest message, for frontdesk why; and what backends cost. An apology that no backend knew an\n"
      "answer, and what the rule says that takes whatever comes, are no answers. Long numbers and e-mail addresses are\n"
      "shown as dots. Days are those of the business.\n"
      "--by shows one part alone: day, who, rule, question or backend; --csv shows day without it.\n"
      "  frontdesk stats --since 7d\n"
      "  frontdesk stats --by question --limit 50\n"
      "  frontdesk stats --as-rules > rules/95-asked.sql     then write the answers into it\n"
      "  frontdesk stats --since 2026-01-01 --until 2026-02-01 --csv > january.csv",
      OPTION_BITS_PERIOD | OPTION_BIT(OPTION_CHANNEL) | OPTION_BIT(OPTION_RULE) | OPTION_BIT(OPTION_FLOW) |
          OPTION_BIT(OPTION_BACKEND) | OPTION_BIT(OPTION_BY) | OPTION_BIT(OPTION_LIMIT) | OPTION_BIT(OPTION_AS_RULES),
      true, command_stats },
    { "usage", "what backends were asked, and what it cost",
      "By day, or by backend, rule or contact (--by); what is newest or dearest first. \"asked\" counts calls, \"answered\"\n"
      "those that brought an answer. Tokens are as the vendor counted them, cost is by the prices of the rules, exactly as\n"
      "it was charged. Days are those of the business. --rule may be a step of a flow, too, as in table.people.\n"
      "  frontdesk usage --since 7d\n"
      "  frontdesk usage --by contact --since today\n"
      "  frontdesk usage --by backend --csv > month.csv",
      OPTION_BIT(OPTION_BY) | OPTION_BITS_PERIOD | OPTION_BIT(OPTION_USER) | OPTION_BIT(OPTION_PHONE) |
          OPTION_BIT(OPTION_RULE) | OPTION_BIT(OPTION_BACKEND) | OPTION_BIT(OPTION_LIMIT),
      true, command_usage },
    { "export USER", "everything about a person, as one JSON document",
      "Contact, conversations, messages, webhooks as they came, decisions, what went out with every attempt, the Braze profile\n"
      "as far as it is ours, events, usage. Fields are documented in src/store/dossier.h, and stay.\n"
      "USER is an external id, a phone, or the number of a conversation; where that is more than one person, nothing is\n"
      "shown but who it may be: external:ID, phone:NUMBER, conversation:N and '#N' for a case say which.\n"
      "  frontdesk export ana > ana.json",
      0, false, command_export },
    { "erase USER", "forget a person: words, numbers and ids leave the book",
      "Asks Braze to empty the attributes that we wrote, then empties every table, the search index, the log of the database\n"
      "and its free pages. Rows that count stay, without words. It says done only when all of it is, which takes as long as\n"
      "Braze takes; it goes on by itself, also after a restart, and the same command again tells how far it has come (it ends\n"
      "with 75 until it is done, and with 1 when Braze has refused its part for good). Backups that were made before, the\n"
      "daemon's log, what Braze and AI vendors keep, and custom events that Braze was told cannot be reached from here. It\n"
      "cannot be undone: frontdesk export USER comes first. On a terminal you are asked; --yes does without.\n"
      "Copies of the book that upgrades and restores have made beside it hold the person too; --copies deletes them.\n"
      "  frontdesk export ana > ana.json\n"
      "  frontdesk erase ana\n"
      "  frontdesk erase phone:+821012345678 --copies",
      OPTION_BIT(OPTION_COPIES) | OPTION_BIT(OPTION_YES), false, command_erase },
    { "erasures list", "the receipts of who was erased, and what is still open",
      "Newest first. A receipt holds nothing about the person.\n"
      "  frontdesk erasures list\n"
      "  frontdesk erasures show 3",
      OPTION_BIT(OPTION_LIMIT), true, command_erasures_list },
    { "erasures show ID", "one receipt, for printing",
      "When, by whom, how many rows of which table, and whether Braze has emptied what we wrote.\n"
      "  frontdesk erasures show 3 > receipt-3.txt",
      0, false, command_erasures_show },
    { "retention", "what is kept how long, and what will go",
      "For each class its setting (in a rule file), about how much there is of it, what is too old and will go, and what has\n"
      "gone so far. It happens by itself once an hour, in small steps while nobody waits for an answer; with --now it begins\n"
      "at once. Without it nothing is changed.\n"
      "webhooks: calls as they came. traces: why messages were answered so. messages: whole conversations after their\n"
      "close; the audit goes on counting them.\n"
      "  frontdesk retention\n"
      "  frontdesk retention --now",
      OPTION_BIT(OPTION_NOW), true, command_retention },
    { "backup FILE", "the book into one file, while everything goes on",
      "FILE is whole, checked and on the disk when this ends with 0, and has the mode 0600; until then it is FILE.part. What is\n"
      "there already is replaced only with --force. A daemon writes the file itself, so it must be allowed to write there.\n"
      "  frontdesk backup /var/lib/frontdesk/backups/monday.db --force",
      OPTION_BIT(OPTION_FORCE), false, command_backup },
    { "restore FILE", "a backup in the place of the book",
      "With --check it is only looked at: whether it is sound, adds up, and how much is in it. Else it takes the place of\n"
      "the book, while no daemon runs; the one that was there is kept beside it. What was pending in the backup may have been\n"
      "sent since it was made, so none of it is sent by itself: it is unknown, and frontdesk outbox retry sends it.\n"
      "  frontdesk restore monday.db --check\n"
      "  systemctl stop frontdeskd; frontdesk restore monday.db; systemctl start frontdeskd",
      OPTION_BIT(OPTION_CHECK), false, command_restore },
    { "doctor", "is all as it should be, here and at Braze?",
      "Looks at settings, files, disk, clock, rules, book, daemon and its libraries; and through the daemon, by calls that\n"
      "change and cost nothing, at the key's permissions, the campaigns and the backends. Each finding says what to do. Ends\n"
      "with 1 when anything is bad. What no call can tell is a list to tick. With --live it goes through a first real message\n"
      "with you, from your telephone and back.\n"
      "  frontdesk doctor\n"
      "  frontdesk doctor --live",
      OPTION_BIT(OPTION_LIVE), false, command_doctor },
    { "audit", "prove that no message was lost",
      "Counts what was accepted on one side, what became of it on the other, and looks for contradictions.\n"
      "Ends with 1 when the book does not add up. With --deep each page of the file is looked at as well, and while a daemon\n"
      "runs all this is done on a copy beside the book, which goes away again: it takes room and minutes, and holds up nobody.\n"
      "  frontdesk audit\n"
      "  frontdesk audit --deep",
      OPTION_BIT(OPTION_DEEP), false, command_audit },
    { "completion SHELL", "lets your shell complete frontdesk's command lines",
      "SHELL is bash, zsh or fish. Prints the script; put it where your shell looks, or try it at once:\n"
      "  source <(frontdesk completion bash)\n"
      "  frontdesk completion bash > ~/.local/share/bash-completion/completions/frontdesk\n"
      "  frontdesk completion fish > ~/.config/fish/completions/frontdesk.fish",
      0, false, command_completion },
    { 0 },
};
