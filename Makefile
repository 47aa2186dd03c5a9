# frontdesk
#
#   make demo       installs what is lacking, builds, plays a conversation with the sample business
#   make check      installs what is lacking, builds, runs every test
#   make            builds the programs into build/
#   make bench      measures (figures of one run on one machine)
#   make torture    the long sweeps that make check has no time for, or PARTS of them
#   make packages   installs what building and checking need
#   make install    into $(DESTDIR)$(PREFIX); make uninstall takes it out again, and leaves settings, rules and book
#
# SAN=address,undefined and SAN=thread build everything a second time into folders of their own; FULL=1, into others again,
# leaves out no check of UBSan. V=1 shows the commands.

PREFIX ?= /usr/local
CC = gcc
SAN ?=
FULL ?=
V ?= 0
JOBS := $(shell nproc)

# What Debian 12 has to bring. `make packages-proof` compares this with what the build really uses.
PACKAGES_BUILD = gcc libc6-dev make libsqlite3-dev libmicrohttpd-dev libcurl4-openssl-dev libcjson-dev libpcre2-dev \
                 libutf8proc-dev libcmark-gfm-dev libcmark-gfm-extensions-dev tzdata ca-certificates
PACKAGES_CHECK = libcmocka-dev clang libclang-rt-14-dev python3 strace faketime openssl mandoc zsh fish less

# Flavours -------------------------------------------------------------------------------------------------------

ifneq ($(findstring fuzzer,$(SAN)),)
FLAVOUR = /fuzz$(FULL:1=-full)
CC = clang
else
FLAVOUR = $(if $(findstring address,$(SAN)),/asan$(FULL:1=-full))$(if $(findstring thread,$(SAN)),/tsan)
endif
B = build$(FLAVOUR)
# Under AddressSanitizer a hundred unit tests share one library: to link it into each takes four times as long.
SHARED = $(if $(findstring /asan,$(FLAVOUR)),$(B)/libtested.so)
.SECONDARY:
Q = $(if $(filter 1,$(V)),,@)
# Said by make itself, and folders (%/) made once: two processes less for each of two thousand files.
say = $(if $(filter 1,$(V)),,$(info $()  $(1) $(2)))

WARNINGS = -Wall -Wextra -Wformat=2 -Wshadow -Wconversion -Wno-sign-conversion -Wstrict-prototypes -Wvla -Werror
HARDENING = -D_FORTIFY_SOURCE=2 -fstack-protector-strong -fstack-clash-protection -fPIE
LINK_HARDENING = -pie -Wl,-z,relro,-z,now,-z,noexecstack
ifeq ($(SAN),)
CFLAGS = -O2 -g $(HARDENING)
LDFLAGS = $(LINK_HARDENING)
else
# A null or wild address ends a program under ASan anyway; to ask before each access makes a third of the build.
SAN_LESS = $(if $(FULL),,-fno-sanitize=null,alignment,object-size,pointer-overflow)
CFLAGS = -O1 -g1 $(if $(SHARED),-fPIC) -fno-omit-frame-pointer -fsanitize=$(SAN) -fno-sanitize-recover=all $(SAN_LESS)
# gold links a hundred unit tests in half the time; it comes with gcc. A library that is not needed is not loaded by each of them.
LDFLAGS = -fsanitize=$(SAN) -Wl,--as-needed $(if $(findstring fuzzer,$(SAN)),,-fuse-ld=gold)
endif
ALL_CFLAGS = -std=gnu11 -D_GNU_SOURCE $(WARNINGS) -Isrc -I. -MMD -MP -pthread $(CFLAGS)

LIBS = -lsqlite3 -lpcre2-8 -lutf8proc -lcmark-gfm-extensions -lcmark-gfm -lcjson -lm -pthread
LIBS_DAEMON = -lmicrohttpd -lcurl $(LIBS)
# frontdesk loads libcurl when it calls somebody (src/ctl/client.c).
LIBS_CTL = $(LIBS)
LIBS_TEST = -lcmocka $(LIBS_DAEMON)

# Sources, one name per line -----------------------------------------------------------------------------------------

SCHEMA = \
  schema/001-spine.sql \
  schema/002-facts.sql \
  schema/003-acts.sql \
  schema/004-profile.sql \
  schema/005-run.sql \
  schema/006-service.sql \
  schema/007-consult.sql \
  schema/008-flood.sql \
  schema/009-close.sql \
  schema/010-order.sql \
  schema/011-refusal.sql \
  schema/012-list.sql \
  schema/013-search.sql \
  schema/014-outside.sql \
  schema/015-charged.sql \
  schema/016-person.sql \
  schema/017-rights.sql

# What `frontdesk init` writes from.
INIT = \
  rules/init/braze-body.json \
  rules/init/en/20-campaigns.sql \
  rules/init/en/30-always.sql \
  rules/init/en/braze-body.txt \
  rules/init/en/frontdesk.env \
  rules/init/en/restaurant/10-business.sql \
  rules/init/en/restaurant/40-questions.sql \
  rules/init/en/restaurant/50-faq.sql \
  rules/init/en/service/10-business.sql \
  rules/init/en/service/40-questions.sql \
  rules/init/en/service/50-faq.sql \
  rules/init/en/shop/10-business.sql \
  rules/init/en/shop/40-questions.sql \
  rules/init/en/shop/50-faq.sql \
  rules/init/es/20-campaigns.sql \
  rules/init/es/30-always.sql \
  rules/init/es/braze-body.txt \
  rules/init/es/frontdesk.env \
  rules/init/es/restaurant/10-business.sql \
  rules/init/es/restaurant/40-questions.sql \
  rules/init/es/restaurant/50-faq.sql \
  rules/init/es/service/10-business.sql \
  rules/init/es/service/40-questions.sql \
  rules/init/es/service/50-faq.sql \
  rules/init/es/shop/10-business.sql \
  rules/init/es/shop/40-questions.sql \
  rules/init/es/shop/50-faq.sql \
  rules/init/ko/20-campaigns.sql \
  rules/init/ko/30-always.sql \
  rules/init/ko/braze-body.txt \
  rules/init/ko/frontdesk.env \
  rules/init/ko/restaurant/10-business.sql \
  rules/init/ko/restaurant/40-questions.sql \
  rules/init/ko/restaurant/50-faq.sql \
  rules/init/ko/service/10-business.sql \
  rules/init/ko/service/40-questions.sql \
  rules/init/ko/service/50-faq.sql \
  rules/init/ko/shop/10-business.sql \
  rules/init/ko/shop/40-questions.sql \
  rules/init/ko/shop/50-faq.sql

LIB = \
  src/base/address.c \
  src/base/alloc.c \
  src/base/buf.c \
  src/base/calendar.c \
  src/base/clock.c \
  src/base/country.c \
  src/base/disk.c \
  src/base/env.c \
  src/base/error.c \
  src/base/json.c \
  src/base/json_pointer.c \
  src/base/json_scan.c \
  src/base/json_writer.c \
  src/base/language.c \
  src/base/log.c \
  src/base/longest.c \
  src/base/nearest.c \
  src/base/option.c \
  src/base/paragraph.c \
  src/base/seal.c \
  src/base/sha256.c \
  src/base/utf8.c \
  src/base/when.c \
  src/base/zone.c \
  src/base/zone_file.c \
  src/base/zone_rule.c \
  src/text/cluster.c \
  src/text/datelike.c \
  src/text/defuse.c \
  src/text/escape.c \
  src/text/filter.c \
  src/text/filter_date.c \
  src/text/filter_josa.c \
  src/text/filter_number.c \
  src/text/fold.c \
  src/text/ink.c \
  src/text/gather.c \
  src/text/josa.c \
  src/text/letters.c \
  src/text/literal.c \
  src/text/literal_part.c \
  src/text/literal_pattern.c \
  src/text/locale.c \
  src/text/markdown.c \
  src/text/markdown_html.c \
  src/text/markdown_inline.c \
  src/text/markdown_link.c \
  src/text/markdown_table.c \
  src/text/marks.c \
  src/text/mask.c \
  src/text/moment.c \
  src/text/needles.c \
  src/text/particle.c \
  src/text/patch.c \
  src/text/pattern.c \
  src/text/pattern_source.c \
  src/text/plain.c \
  src/text/seek.c \
  src/text/seek_excerpt.c \
  src/text/skeleton.c \
  src/text/split.c \
  src/text/split_marks.c \
  src/text/template.c \
  src/text/terms.c \
  src/text/terms_korean.c \
  src/text/terms_stem.c \
  src/text/terms_stop.c \
  src/text/unfold.c \
  src/text/units.c \
  src/text/whatsapp.c \
  src/text/width.c \
  src/text/words.c \
  src/text/words_cover.c \
  src/store/agent_call.c \
  src/store/arrival.c \
  src/store/audit.c \
  src/store/book.c \
  src/store/chronicle.c \
  src/store/confined.c \
  src/store/consult_row.c \
  src/store/contact.c \
  src/store/conversation.c \
  src/store/cooldown.c \
  src/store/copy.c \
  src/store/db.c \
  src/store/db_query.c \
  src/store/db_rest.c \
  src/store/defect.c \
  src/store/dossier.c \
  src/store/entry.c \
  src/store/erasure.c \
  src/store/erasure_again.c \
  src/store/erasure_piece.c \
  src/store/erasure_rows.c \
  src/store/erasure_stage.c \
  src/store/erasure_stray.c \
  src/store/event.c \
  src/store/expression.c \
  src/store/faq.c \
  src/store/faq_word.c \
  src/store/figures.c \
  src/store/figures_walk.c \
  src/store/handover.c \
  src/store/histogram.c \
  src/store/idle.c \
  src/store/lane.c \
  src/store/late.c \
  src/store/listing.c \
  src/store/lock.c \
  src/store/message.c \
  src/store/moment.c \
  src/store/name.c \
  src/store/news.c \
  src/store/notice_row.c \
  src/store/notify_case.c \
  src/store/notify_row.c \
  src/store/outbox.c \
  src/store/owner.c \
  src/store/outbox_track.c \
  src/store/overview.c \
  src/store/page_gap.c \
  src/store/parting.c \
  src/store/pick.c \
  src/store/pick_conversation.c \
  src/store/pick_outbox.c \
  src/store/pick_webhook.c \
  src/store/profile.c \
  src/store/query_number.c \
  src/store/queue.c \
  src/store/readers.c \
  src/store/record.c \
  src/store/restored.c \
  src/store/retention.c \
  src/store/retention_delete.c \
  src/store/retention_part.c \
  src/store/rulebook.c \
  src/store/rulefile.c \
  src/store/rulefile_hint.c \
  src/store/rulefile_load.c \
  src/store/rulefile_scan.c \
  src/store/rulefile_slip.c \
  src/store/rulefile_table.c \
  src/store/run_row.c \
  src/store/schema.c \
  src/store/search.c \
  src/store/search_block.c \
  src/store/search_gather.c \
  src/store/search_index.c \
  src/store/search_list.c \
  src/store/service_call.c \
  src/store/spend.c \
  src/store/standing.c \
  src/store/survey.c \
  src/store/timer.c \
  src/store/transcript.c \
  src/store/turn.c \
  src/store/wal_file.c \
  src/store/webhook.c \
  src/store/who.c \
  src/backend/anthropic.c \
  src/backend/backend.c \
  src/backend/bedrock.c \
  src/backend/gemini.c \
  src/backend/http.c \
  src/backend/openai.c \
  src/backend/probe.c \
  src/backend/rasa.c \
  src/backend/vendor.c \
  src/backend/vendor_act.c \
  src/backend/vendor_failure.c \
  src/backend/vendor_given.c \
  src/backend/vendor_request.c \
  src/backend/vendor_text.c \
  src/backend/vendor_turn.c \
  src/backend/vendor_words.c \
  src/flow/ask.c \
  src/flow/ask_choice.c \
  src/flow/ask_clock.c \
  src/flow/ask_date.c \
  src/flow/ask_day.c \
  src/flow/ask_email.c \
  src/flow/ask_lexicon.c \
  src/flow/ask_lexicon_choice.c \
  src/flow/ask_lexicon_en.c \
  src/flow/ask_lexicon_es.c \
  src/flow/ask_lexicon_ko.c \
  src/flow/ask_lexicon_yes_no.c \
  src/flow/ask_number.c \
  src/flow/ask_numeral.c \
  src/flow/ask_phone.c \
  src/flow/ask_piece.c \
  src/flow/ask_when.c \
  src/flow/ask_yes_no.c \
  src/flow/flow.c \
  src/flow/run.c \
  src/flow/step.c \
  src/flow/walk.c \
  src/flow/walk_answer.c \
  src/flow/walk_call.c \
  src/flow/walk_clock.c \
  src/flow/walk_forget.c \
  src/flow/walk_say.c \
  src/flow/walk_value.c \
  src/rules/ai_phrase.c \
  src/rules/attribute.c \
  src/rules/build_address.c \
  src/rules/build_attribute.c \
  src/rules/build_backend.c \
  src/rules/build_backend_act.c \
  src/rules/build_backend_http.c \
  src/rules/build_backend_value.c \
  src/rules/build_button.c \
  src/rules/build_channel.c \
  src/rules/build_event.c \
  src/rules/build_example.c \
  src/rules/build_fact.c \
  src/rules/build_faq.c \
  src/rules/build_flow.c \
  src/rules/build_flow_loop.c \
  src/rules/build_flow_scope.c \
  src/rules/build_flow_set.c \
  src/rules/build_flow_step.c \
  src/rules/build_flow_way.c \
  src/rules/build_notice.c \
  src/rules/build_phrase.c \
  src/rules/build_rule.c \
  src/rules/build_service.c \
  src/rules/build_set.c \
  src/rules/build_talk.c \
  src/rules/build_team.c \
  src/rules/change.c \
  src/rules/check.c \
  src/rules/check_attribute.c \
  src/rules/check_backend.c \
  src/rules/check_button.c \
  src/rules/check_campaign.c \
  src/rules/check_condition.c \
  src/rules/check_example.c \
  src/rules/check_faq.c \
  src/rules/check_flow.c \
  src/rules/check_flow_choice.c \
  src/rules/check_never.c \
  src/rules/check_pattern.c \
  src/rules/check_phrase.c \
  src/rules/check_rule.c \
  src/rules/check_say.c \
  src/rules/check_shadow.c \
  src/rules/check_tie.c \
  src/rules/check_word.c \
  src/rules/decimal.c \
  src/rules/draw.c \
  src/rules/fact.c \
  src/rules/fact_chain.c \
  src/rules/fact_piece.c \
  src/rules/fact_value.c \
  src/rules/faq.c \
  src/rules/flood_phrase.c \
  src/rules/flow_phrase.c \
  src/rules/house_phrase.c \
  src/rules/index.c \
  src/rules/list_phrase.c \
  src/rules/manual.c \
  src/rules/occasion.c \
  src/rules/opening.c \
  src/rules/opening_row.c \
  src/rules/opening_text.c \
  src/rules/row.c \
  src/rules/ruleset.c \
  src/rules/scope.c \
  src/rules/setting.c \
  src/rules/talk_format.c \
  src/rules/tell.c \
  src/rules/tell_attribute.c \
  src/rules/tell_backend.c \
  src/rules/tell_business.c \
  src/rules/tell_condition.c \
  src/rules/tell_en.c \
  src/rules/tell_faq.c \
  src/rules/tell_flow.c \
  src/rules/tell_hours.c \
  src/rules/tell_ko.c \
  src/rules/tell_talk.c \
  src/rules/tell_write.c \
  src/rules/variable.c \
  src/braze/answer.c \
  src/braze/date.c \
  src/braze/details.c \
  src/braze/form.c \
  src/braze/inbound.c \
  src/braze/key.c \
  src/braze/media.c \
  src/braze/reading.c \
  src/braze/salvage.c \
  src/braze/send.c \
  src/braze/track.c \
  src/desk/agent.c \
  src/desk/apart.c \
  src/desk/breaker.c \
  src/desk/button.c \
  src/desk/carry.c \
  src/desk/chores.c \
  src/desk/clearance.c \
  src/desk/colleague.c \
  src/desk/colleague_phrase.c \
  src/desk/colleague_read.c \
  src/desk/consult.c \
  src/desk/consult_answer.c \
  src/desk/consult_end.c \
  src/desk/consult_fate.c \
  src/desk/consult_money.c \
  src/desk/consult_question.c \
  src/desk/decide.c \
  src/desk/decide_answer.c \
  src/desk/decide_attribute.c \
  src/desk/decide_fact.c \
  src/desk/decide_faq.c \
  src/desk/decide_flood.c \
  src/desk/decide_flow.c \
  src/desk/decide_handoff.c \
  src/desk/decide_moment.c \
  src/desk/decide_notice.c \
  src/desk/decide_say.c \
  src/desk/decide_search.c \
  src/desk/decide_state.c \
  src/desk/decide_trace.c \
  src/desk/decide_variable.c \
  src/desk/desk.c \
  src/desk/dispatch.c \
  src/desk/dispatch_settle.c \
  src/desk/dispatch_track.c \
  src/desk/drill.c \
  src/desk/erasure.c \
  src/desk/explain.c \
  src/desk/flood.c \
  src/desk/flow_turn.c \
  src/desk/handover.c \
  src/desk/handover_follow.c \
  src/desk/handover_tell.c \
  src/desk/health.c \
  src/desk/idle.c \
  src/desk/notice.c \
  src/desk/notify.c \
  src/desk/notify_body.c \
  src/desk/notify_end.c \
  src/desk/notify_lane.c \
  src/desk/parcel.c \
  src/desk/parting.c \
  src/desk/parting_question.c \
  src/desk/past.c \
  src/desk/person.c \
  src/desk/proof.c \
  src/desk/recall.c \
  src/desk/recount.c \
  src/desk/recount_given.c \
  src/desk/replay.c \
  src/desk/retention.c \
  src/desk/reply.c \
  src/desk/rider.c \
  src/desk/road.c \
  src/desk/rollback.c \
  src/desk/service.c \
  src/desk/service_end.c \
  src/desk/stage.c \
  src/desk/stage_call.c \
  src/desk/story.c \
  src/desk/summary.c \
  src/desk/subscription.c \
  src/desk/summary_pick.c \
  src/desk/summary_speech.c \
  src/desk/summary_word.c \
  src/desk/talk.c \
  src/desk/track_fate.c \
  src/desk/track_load.c \
  src/desk/upkeep.c

DAEMON = \
  src/daemon/admin.c \
  src/daemon/bulletin.c \
  src/daemon/call.c \
  src/daemon/config.c \
  src/daemon/config_help.c \
  src/daemon/engine.c \
  src/daemon/engine_round.c \
  src/daemon/errand.c \
  src/daemon/examiner.c \
  src/daemon/fetch.c \
  src/daemon/fetch_reach.c \
  src/daemon/flight.c \
  src/daemon/gate.c \
  src/daemon/http.c \
  src/daemon/inquiry.c \
  src/daemon/install.c \
  src/daemon/keeper.c \
  src/daemon/keyring.c \
  src/daemon/listen.c \
  src/daemon/loader.c \
  src/daemon/mailbox.c \
  src/daemon/notify.c \
  src/daemon/outcome.c \
  src/daemon/parking.c \
  src/daemon/public.c \
  src/daemon/public_agent.c \
  src/daemon/route.c \
  src/daemon/status.c \
  src/daemon/syncer.c \
  src/daemon/vitals.c \
  src/daemon/watch.c

CTL = \
  src/ctl/act.c \
  src/ctl/as_rules.c \
  src/ctl/as_talk.c \
  src/ctl/backends.c \
  src/ctl/call.c \
  src/ctl/chat.c \
  src/ctl/chat_save.c \
  src/ctl/client.c \
  src/ctl/command.c \
  src/ctl/command_acts.c \
  src/ctl/command_audit.c \
  src/ctl/command_backup.c \
  src/ctl/command_chat.c \
  src/ctl/command_completion.c \
  src/ctl/command_conversations.c \
  src/ctl/command_diff.c \
  src/ctl/command_doctor.c \
  src/ctl/command_draw.c \
  src/ctl/command_drill.c \
  src/ctl/command_erase.c \
  src/ctl/command_export.c \
  src/ctl/command_explain.c \
  src/ctl/command_follow.c \
  src/ctl/command_help.c \
  src/ctl/command_history.c \
  src/ctl/command_init.c \
  src/ctl/command_outbox.c \
  src/ctl/command_profile.c \
  src/ctl/command_queue.c \
  src/ctl/command_replay.c \
  src/ctl/command_restore.c \
  src/ctl/command_retention.c \
  src/ctl/command_rules.c \
  src/ctl/command_search.c \
  src/ctl/command_stats.c \
  src/ctl/command_status.c \
  src/ctl/command_tell.c \
  src/ctl/command_transcript.c \
  src/ctl/command_try.c \
  src/ctl/command_usage.c \
  src/ctl/command_webhooks.c \
  src/ctl/command_why.c \
  src/ctl/commands.c \
  src/ctl/complete.c \
  src/ctl/complete_names.c \
  src/ctl/doctor.c \
  src/ctl/doctor_book.c \
  src/ctl/doctor_braze.c \
  src/ctl/doctor_live.c \
  src/ctl/doctor_place.c \
  src/ctl/folder.c \
  src/ctl/follow.c \
  src/ctl/lines.c \
  src/ctl/list.c \
  src/ctl/live.c \
  src/ctl/local.c \
  src/ctl/narrow.c \
  src/ctl/option_words.c \
  src/ctl/output.c \
  src/ctl/output_csv.c \
  src/ctl/output_html.c \
  src/ctl/output_json.c \
  src/ctl/output_lines.c \
  src/ctl/output_text.c \
  src/ctl/output_text_exchange.c \
  src/ctl/output_text_patch.c \
  src/ctl/output_text_prose.c \
  src/ctl/output_text_sides.c \
  src/ctl/output_text_table.c \
  src/ctl/pager.c \
  src/ctl/piece.c \
  src/ctl/problems.c \
  src/ctl/show.c \
  src/ctl/remedy.c \
  src/ctl/stats_show.c \
  src/ctl/status_needs.c \
  src/ctl/stray.c \
  src/ctl/told.c \
  src/ctl/trial.c \
  src/ctl/turned_away.c \
  src/ctl/unit.c \
  src/ctl/verdict.c \
  src/ctl/verdict_profile.c \
  src/ctl/wrap.c

SANDBOX = \
  tools/sandbox_ai.c \
  tools/sandbox_ai_anthropic.c \
  tools/sandbox_ai_bedrock.c \
  tools/sandbox_ai_gemini.c \
  tools/sandbox_ai_judge.c \
  tools/sandbox_ai_models.c \
  tools/sandbox_ai_openai.c \
  tools/sandbox_ai_plain.c \
  tools/sandbox_ai_sign.c \
  tools/sandbox_braze.c \
  tools/sandbox_calls.c \
  tools/sandbox_conn.c \
  tools/sandbox_control.c \
  tools/sandbox_desk.c \
  tools/sandbox_event.c \
  tools/sandbox_fault.c \
  tools/sandbox_help.c \
  tools/sandbox_http.c \
  tools/sandbox_later.c \
  tools/sandbox_page.c \
  tools/sandbox_people.c \
  tools/sandbox_profile.c \
  tools/sandbox_record.c \
  tools/sandbox_reject.c \
  tools/sandbox_ring.c \
  tools/sandbox_script.c \
  tools/sandbox_send.c \
  tools/sandbox_server.c \
  tools/sandbox_service.c \
  tools/sandbox_shop.c \
  tools/sandbox_track.c \
  tools/sandbox_value.c \
  tools/sandbox_whatsapp.c

MANUAL = \
  tools/manual.c \
  tools/manual_frontdesk.c \
  tools/manual_frontdeskd.c \
  tools/manual_page.c \
  tools/manual_rules.c

LOAD = \
  tools/load.c \
  tools/load_client.c

GENERATE = \
  tools/generate.c \
  tools/generate_message.c \
  tools/generate_rows.c \
  tools/generate_talk.c \
  tools/generate_topics.c \
  tools/generate_town.c \
  tools/generate_words.c

UNIT = \
  acts \
  acts_road \
  address \
  answer \
  apart \
  ask \
  ask_choice \
  ask_date \
  ask_number \
  ask_time \
  attribute \
  audit \
  backend_build \
  breaker \
  buf \
  change \
  check \
  chores \
  clearance \
  clock \
  close \
  colleague \
  colleague_told \
  commands \
  complete \
  condition \
  consult \
  consult_dialogue \
  consult_fate \
  consult_money \
  consult_question \
  consult_rare \
  consult_session \
  copy \
  country \
  customers \
  decide \
  dialogue \
  dispatch \
  draw \
  drill \
  drop \
  entry \
  env \
  erasure \
  exchange \
  explain \
  expression \
  fact \
  faq \
  fetch \
  figures \
  flood \
  flow_build \
  flow_check \
  flow_turn \
  fold \
  gate \
  gather \
  handover \
  handover_change \
  health \
  http \
  inbound \
  index \
  josa \
  json \
  language \
  large \
  line \
  listing \
  loader \
  local \
  log \
  mailbox \
  markdown \
  manual \
  mask \
  news \
  notice \
  notify \
  notify_lane \
  notify_moved \
  moment \
  opening \
  order \
  order_random \
  output \
  page_gap \
  parcel \
  parting \
  patch \
  pattern \
  plain \
  probe \
  profile \
  proof \
  public \
  replay \
  restored \
  retention \
  rider \
  rider_doubt \
  road \
  rulefile \
  ruleset \
  run \
  salvage \
  sandbox \
  sandbox_profile \
  search \
  seek \
  seal \
  send \
  service \
  show \
  split \
  split_marks \
  state \
  stats \
  step \
  step_call \
  step_clock \
  step_flow \
  step_passage \
  step_way \
  summary \
  talk \
  talk_backend \
  talk_build \
  tell \
  template \
  terms \
  undone \
  unfold \
  unit \
  utf8 \
  vendor \
  vendor_act \
  vendor_ask \
  vendor_http \
  wal_file \
  when \
  width \
  words \
  zone

FUZZ = \
  answer \
  ask \
  expression \
  faq \
  fold \
  inbound \
  index \
  json \
  markdown \
  rulefile \
  run \
  salvage \
  search \
  state \
  step \
  template \
  vendor \
  words

SYSTEM = \
  tests/system/01_start.py \
  tests/system/02_ingress.py \
  tests/system/03_routing.py \
  tests/system/04_rules.py \
  tests/system/05_outbox.py \
  tests/system/06_retry.py \
  tests/system/07_crash.py \
  tests/system/08_take_race.py \
  tests/system/09_disk.py \
  tests/system/10_cli.py \
  tests/system/11_bounds.py \
  tests/system/12_migration.py \
  tests/system/13_clock.py \
  tests/system/14_readme.py \
  tests/system/15_attacks.py \
  tests/system/16_conditions.py \
  tests/system/17_acts.py \
  tests/system/18_history.py \
  tests/system/19_check.py \
  tests/system/20_init.py \
  tests/system/21_rulesets.py \
  tests/system/22_explain.py \
  tests/system/23_profile.py \
  tests/system/24_service.py \
  tests/system/25_choices.py \
  tests/system/26_talks.py \
  tests/system/27_flows.py \
  tests/system/28_sandbox_ai.py \
  tests/system/29_backends.py \
  tests/system/30_floods.py \
  tests/system/31_ai_cli.py \
  tests/system/32_sandbox_profile.py \
  tests/system/33_notices.py \
  tests/system/34_close.py \
  tests/system/35_entries.py \
  tests/system/36_profile_storm.py \
  tests/system/37_moments.py \
  tests/system/38_lists.py \
  tests/system/39_transcript.py \
  tests/system/40_large.py \
  tests/system/41_search.py \
  tests/system/41_stats.py \
  tests/system/42_person.py \
  tests/system/43_relay.py \
  tests/system/44_rights.py \
  tests/system/45_keeping.py \
  tests/system/46_doctor.py \
  tests/system/47_help.py \
  tests/system/48_bench.py

# What fuzzers reach. Where one reaches further, its link says what is lacking here.
LIB_FUZZED = $(filter-out src/store/% src/desk/%,$(LIB)) $(filter \
  $(addprefix src/store/,confined.c expression.c faq.c faq_word.c moment.c rulefile%) \
  $(addprefix src/desk/,button.c clearance.c decide% proof.c stage% talk.c),$(LIB))

OBJ = $(patsubst %.c,$(B)/obj/%.o,$(1))
PROGRAMS = $(B)/frontdeskd $(B)/frontdesk $(B)/frontdesk-sandbox

.PHONY: all demo check bench torture packages packages-check packages-proof install uninstall lint unit system fuzzers clean tests
all: $(PROGRAMS)

# Building ---------------------------------------------------------------------------------------------------------

.SECONDEXPANSION:
%/:
	$(Q)mkdir -p $@

$(B)/libfrontdesk.a: $(call OBJ,$(if $(findstring fuzzer,$(SAN)),$(LIB_FUZZED),$(LIB))) $(B)/obj/schema_embedded.o
$(B)/libdaemon.a: $(call OBJ,$(DAEMON))
$(B)/libctl.a: $(call OBJ,$(CTL)) $(B)/obj/init_embedded.o
$(B)/libsandbox.a: $(call OBJ,$(SANDBOX))
$(B)/%.a:
	$(call say,AR     ,$@)
	$(Q)rm -f $@ && ar rcs $@ $^

$(B)/frontdeskd: $(B)/obj/src/daemon/main.o $(B)/libdaemon.a $(B)/libfrontdesk.a
	$(call say,LINK   ,$@)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LIBS_DAEMON)

$(B)/frontdesk: $(B)/obj/src/ctl/main.o $(B)/libctl.a $(B)/libfrontdesk.a
	$(call say,LINK   ,$@)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LIBS_CTL)

$(B)/frontdesk-sandbox: $(B)/obj/tools/sandbox.o $(B)/libsandbox.a $(B)/libfrontdesk.a
	$(call say,LINK   ,$@)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LIBS)

$(B)/frontdesk-manual: $(call OBJ,$(MANUAL)) $(B)/libctl.a $(B)/libdaemon.a $(B)/libfrontdesk.a
	$(call say,LINK   ,$@)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LIBS_CTL)

# The manual pages and the scripts for shells are made of what the programs know.
PAGES = $(B)/man/frontdesk.1 $(B)/man/frontdesk-rules.5 $(B)/man/frontdeskd.8
$(B)/man/%: $(B)/frontdesk-manual | $$(@D)/
	$(call say,PAGE   ,$@)
	$(Q)$(B)/frontdesk-manual $(@F) > $@.new && mv $@.new $@

$(B)/frontdesk-load: $(call OBJ,$(LOAD)) $(B)/libfrontdesk.a
	$(call say,LINK   ,$@)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LIBS)

$(B)/frontdesk-generate: $(call OBJ,$(GENERATE)) $(B)/libfrontdesk.a
	$(call say,LINK   ,$@)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LIBS)

$(B)/frontdesk-bare: $(call OBJ,tools/bare.c tools/bare_store.c) $(B)/libfrontdesk.a
	$(call say,LINK   ,$@)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ -lmicrohttpd $(LIBS)

$(B)/frontdesk-bench-rules: $(B)/obj/tools/bench_rules.o $(B)/libfrontdesk.a
	$(call say,LINK   ,$@)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(LIBS)

# What tests are made of runs once, and is sooner built than run.
$(B)/obj/tests/unit/%.o: CFLAGS += $(if $(SAN),-O0)

# Looked for once, so that who lacks them hears what helps, and not from the compiler alone, nor of one at a time.
HEADERS = sqlite3.h microhttpd.h curl/curl.h cjson/cJSON.h pcre2.h utf8proc.h cmark-gfm.h cmark-gfm-core-extensions.h
$(B)/headers: | $(B)/
	$(Q)printf '#include <%s>\n' $(HEADERS) | $(CC) $(CFLAGS) -DPCRE2_CODE_UNIT_WIDTH=8 -fsyntax-only -x c - || \
	{ echo 'Libraries are lacking: make packages installs them.' >&2; exit 1; }
	$(Q)touch $@

$(B)/obj/%.o: %.c | $$(@D)/ $(B)/headers
	$(call say,CC     ,$<)
	$(Q)$(CC) $(ALL_CFLAGS) -c -o $@ $<

$(B)/obj/%_embedded.o: $(B)/gen/%_embedded.c | $$(@D)/
	$(call say,CC     ,$<)
	$(Q)$(CC) $(ALL_CFLAGS) -c -o $@ $<

$(B)/gen/schema_embedded.c: tools/embed.sh $(SCHEMA) | $$(@D)/
	$(call say,EMBED  ,schema)
	$(Q)sh tools/embed.sh schema store/schema_embedded.h schema/ $(SCHEMA) > $@.new && mv $@.new $@

$(B)/gen/init_embedded.c: tools/embed.sh $(INIT) | $$(@D)/
	$(call say,EMBED  ,rules/init)
	$(Q)sh tools/embed.sh init ctl/init_embedded.h rules/init/ $(INIT) > $@.new && mv $@.new $@

-include $(shell find $(B)/obj -name '*.d' 2>/dev/null)

# Testing ------------------------------------------------------------------------------------------------------------

UNIT_PROGRAMS = $(patsubst %,$(B)/unit/test_%,$(UNIT))

# The threaded rooms are the daemon's, so that ThreadSanitizer has no use for the others.
TESTED = $(or $(SHARED),$(if $(findstring thread,$(SAN)),,$(B)/libctl.a) $(B)/libdaemon.a $(B)/libfrontdesk.a)
BESIDE = -Wl,-rpath,'$$ORIGIN/..'
TESTS_OF_SANDBOX = $(B)/unit/test_sandbox $(B)/unit/test_sandbox_profile
$(TESTS_OF_SANDBOX): TESTED = $(B)/libsandbox.a $(B)/libfrontdesk.a

$(B)/libtested.so: $(B)/libctl.a $(B)/libdaemon.a $(B)/libfrontdesk.a
	$(call say,LINK   ,$@)
	$(Q)$(CC) $(LDFLAGS) -shared -Wl,-soname,libtested.so,-Bsymbolic -o $@ -Wl,--whole-archive $^ -Wl,--no-whole-archive $(LIBS_DAEMON)

$(B)/unit/test_%: $(B)/obj/tests/unit/test_%.o $(B)/obj/tests/lib/fixture.o $$(TESTED) | $$(@D)/
	$(call say,LINK   ,$@)
	$(Q)$(CC) $(LDFLAGS) -o $@ $< $(B)/obj/tests/lib/fixture.o $(TESTED) $(if $(SHARED),$(BESIDE)) $(LIBS_TEST)

tests: $(UNIT_PROGRAMS)

FUZZERS = $(patsubst %,$(B)/fuzz/fuzz_%,$(FUZZ))

$(B)/fuzz/fuzz_%: $(B)/obj/tests/fuzz/fuzz_%.o $(B)/libfrontdesk.a | $$(@D)/
	$(call say,LINK   ,$@)
	$(Q)$(CC) -fsanitize=fuzzer,address,undefined -o $@ $^ $(LIBS)

fuzzers: $(FUZZERS)

# What system tests start beside the programs.
TOOLS_OF_TESTS = build/frontdesk-bare build/frontdesk-load build/frontdesk-manual build/frontdesk-generate

unit: tests
	sh tests/run.sh $(UNIT_PROGRAMS)

system: all $(TOOLS_OF_TESTS)
	BUILD=$(B) sh tests/run.sh $(SYSTEM)

lint:
	sh tools/lint.sh

# Threads meet in these; the rest of the unit tests has one.
UNIT_TSAN = mailbox http public log
SYSTEM_ASAN = $(filter %/02_ingress.py %/15_attacks.py,$(SYSTEM))
SYSTEM_TSAN = $(filter %/02_ingress.py %/08_take_race.py,$(SYSTEM))

# Unit tests that are worth a run as the programs are shipped, too: machine code made at run time, system calls, reach.
UNIT_PLAIN = fetch http index pattern wal_file zone $(UNIT_GREAT)
# Random histories and great books: minutes under sanitizers, so that make torture runs them there.
UNIT_GREAT = opening order_random search

# Those that take longest begin first, so that the short ones fill what is left.
UNIT_LONG = check close mask chores flood wal_file
UNIT_ASAN = $(UNIT_LONG) $(filter-out $(UNIT_LONG) $(UNIT_GREAT),$(UNIT))
SYSTEM_LONG = $(filter %/07_crash.py %/08_take_race.py %/43_relay.py %/44_rights.py %/45_keeping.py \
                %/13_clock.py %/23_profile.py %/31_ai_cli.py %/35_entries.py %/36_profile_storm.py,$(SYSTEM))

# As they are shipped; `check-san` is built while these are tested (tests/check.sh).
check: packages-check
	@$(MAKE) --no-print-directory -j$(JOBS) all $(patsubst %,build/unit/test_%,$(UNIT_PLAIN)) $(TOOLS_OF_TESTS)
	@JOBS=$(JOBS) \
	 PLAIN_PROGRAMS="tests/lint_tree.sh tests/lint.sh $(patsubst %,build/unit/test_%,$(UNIT_PLAIN)) $(SYSTEM_LONG) \
	                 $(filter-out $(SYSTEM_LONG),$(SYSTEM))" \
	 SANITIZED_PROGRAMS="$(addprefix build/tsan:,$(SYSTEM_TSAN)) $(addprefix build/asan:,$(SYSTEM_ASAN)) \
	                     $(patsubst %,build/asan/unit/test_%,$(UNIT_ASAN)) $(patsubst %,build/tsan/unit/test_%,$(UNIT_TSAN))" \
	 sh tests/check.sh

.PHONY: check-san check-asan check-tsan check-fuzz
check-san: check-asan check-tsan check-fuzz

check-asan:
	@$(MAKE) SAN=address,undefined all $(patsubst %,build/asan/unit/test_%,$(UNIT_ASAN)) build/asan/frontdesk-load

check-tsan:
	@$(MAKE) SAN=thread build/tsan/frontdeskd $(patsubst %,build/tsan/unit/test_%,$(UNIT_TSAN))
	@ln -sf ../frontdesk ../frontdesk-sandbox ../frontdesk-load build/tsan/

check-fuzz:
	@$(MAKE) SAN=fuzzer-no-link,address,undefined fuzzers

# All kill points, long fuzzing, thousands of races, and nearly all of it under sanitizers: hours. Parts can be run alone, and
# with less: `make torture PARTS="races fuzz" RACES=1000 FUZZ_SECONDS=60`. tests/torture.sh knows the parts.
PARTS ?= kills races plain asan tsan fuzz
RACES ?= 20000
REPLAYED ?= 100000
FUZZ_SECONDS ?= 600
SWEEP_SECONDS ?= 3600
SYSTEM_KILLS = $(filter %/07_crash.py %/27_flows.py,$(SYSTEM))
SYSTEM_RACES = $(filter %/08_take_race.py %/18_history.py %/43_relay.py,$(SYSTEM))
# The others try the sandbox, or the command line without a daemon.
SYSTEM_THREADS = $(filter-out %/14_readme.py %/19_check.py %/20_init.py %/28_sandbox_ai.py %/32_sandbox_profile.py %/47_help.py\
                   %/48_bench.py,$(SYSTEM))

.PHONY: torture-asan torture-tsan torture-fuzz
torture: packages-check
	@$(MAKE) --no-print-directory -j$(JOBS) all $(TOOLS_OF_TESTS)
	@JOBS=$(JOBS) RACES=$(RACES) REPLAYED=$(REPLAYED) FUZZ_SECONDS=$(FUZZ_SECONDS) SWEEP_SECONDS=$(SWEEP_SECONDS) \
	 KILLS_PROGRAMS="$(SYSTEM_KILLS)" RACES_PROGRAMS="$(SYSTEM_RACES)" \
	 PLAIN_PROGRAMS="$(filter-out $(SYSTEM_KILLS) $(SYSTEM_RACES),$(SYSTEM))" \
	 ASAN_PROGRAMS="$(SYSTEM) $(patsubst %,build/asan-full/unit/test_%,$(UNIT))" \
	 TSAN_PROGRAMS="$(SYSTEM_THREADS) $(patsubst %,build/tsan/unit/test_%,$(UNIT_TSAN))" \
	 sh tests/torture.sh $(PARTS)

torture-asan:
	@$(MAKE) --no-print-directory FULL=1 SAN=address,undefined all tests \
	  $(patsubst build/%,build/asan-full/%,$(TOOLS_OF_TESTS))

torture-tsan: check-tsan
	@ln -sf ../frontdesk-bare ../frontdesk-generate ../frontdesk-manual build/tsan/

torture-fuzz:
	@$(MAKE) --no-print-directory FULL=1 SAN=fuzzer-no-link,address,undefined fuzzers

bench: packages
	@$(MAKE) --no-print-directory -j$(JOBS) all build/frontdesk-load build/frontdesk-generate build/frontdesk-bare build/frontdesk-bench-rules
	@sh tools/bench.sh

# Packages, running, installing ----------------------------------------------------------------------------------------

packages:
	@sh tools/packages.sh $(PACKAGES_BUILD)

packages-check:
	@sh tools/packages.sh $(PACKAGES_BUILD) $(PACKAGES_CHECK)

demo: packages
	@$(MAKE) --no-print-directory -j$(JOBS) all
	@sh tools/demo.sh

packages-proof: all tests
	@sh tools/packages_proof.sh $(PACKAGES_BUILD) $(PACKAGES_CHECK)

SHARE = $(DESTDIR)$(PREFIX)/share/frontdesk
MAN = $(DESTDIR)$(PREFIX)/share/man
COMPLETIONS = $(addprefix $(DESTDIR)$(PREFIX)/share/,bash-completion/completions zsh/site-functions fish/vendor_completions.d)
UNITS = $(DESTDIR)$(PREFIX)/lib/systemd/system

install: all $(PAGES)
	install -d $(DESTDIR)$(PREFIX)/bin $(SHARE)/rules $(UNITS)
	install -m 0755 $(PROGRAMS) $(DESTDIR)$(PREFIX)/bin
	install -m 0644 rules/*.sql rules/README.md $(SHARE)/rules
	install -m 0644 README.md LICENSE tools/packaging/frontdesk.env.example $(SHARE)
	install -d $(MAN)/man1 $(MAN)/man5 $(MAN)/man8 $(COMPLETIONS)
	install -m 0644 $(B)/man/frontdesk.1 $(MAN)/man1
	install -m 0644 $(B)/man/frontdesk-rules.5 $(MAN)/man5
	install -m 0644 $(B)/man/frontdeskd.8 $(MAN)/man8
	$(B)/frontdesk completion bash > $(word 1,$(COMPLETIONS))/frontdesk
	$(B)/frontdesk completion zsh > $(word 2,$(COMPLETIONS))/_frontdesk
	$(B)/frontdesk completion fish > $(word 3,$(COMPLETIONS))/frontdesk.fish
	for unit in frontdeskd.service frontdesk-backup.service frontdesk-backup.timer; do \
	    sed 's|/usr/local/|$(PREFIX)/|' tools/packaging/$$unit > $(UNITS)/$$unit && chmod 0644 $(UNITS)/$$unit || exit 1; done

# What install put there, by name; folders of ours alone. What stands in /etc and /var is the owner's.
uninstall:
	rm -f $(addprefix $(DESTDIR)$(PREFIX)/bin/,$(notdir $(PROGRAMS)))
	rm -rf $(SHARE)
	rm -f $(MAN)/man1/frontdesk.1 $(MAN)/man5/frontdesk-rules.5 $(MAN)/man8/frontdeskd.8
	rm -f $(word 1,$(COMPLETIONS))/frontdesk $(word 2,$(COMPLETIONS))/_frontdesk $(word 3,$(COMPLETIONS))/frontdesk.fish
	rm -f $(addprefix $(UNITS)/,frontdeskd.service frontdesk-backup.service frontdesk-backup.timer)

clean:
	rm -rf build
