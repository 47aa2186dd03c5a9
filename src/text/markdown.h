/*
 * markdown: the Markdown that models write, as text for a phone.
 *
 * What becomes of what (MARKDOWN_PLAIN is the same without the marks and fences):
 * - **bold** is *bold*, *italic* is _italic_, ~~gone~~ is ~gone~, `code` is `code`; marks.h tells where a
 * mark is dropped because WhatsApp would show it instead of obeying it. Marks close at the end of a line.
 * - A block of code stands between lines of three backticks, without the name of its language, at the margin.
 * - A heading is a bold line, a blank line above it.
 * - A quote has "> " before each line, once however deep it is: WhatsApp knows one level.
 * - Lists keep "- " and their numbers; each level is indented by two blanks, four levels at the most. ☐ and ☑
 *   stand for the boxes of tasks.
 * - A link is its text and the address in brackets, or the address alone where the text says the same.
 * Addresses of http, https, mailto, tel, and those that begin with a host's name, are shown; others
 * (javascript:, data:, places on a page) are not. An image is its description and address.
 * - A table of two columns is a bold line "a – b" and a line for each row; of more columns, a paragraph for
 * each row, with "column: cell" in each line, the first one bold. Empty cells are left out.
 * - The tags of HTML are dropped, <br> and the ends of paragraphs break the line; what only looks like a tag
 *   (<your name>) is text. Comments, scripts and styles go.
 * - Line breaks stay line breaks, hard or soft; a blank line stays where the model put one, never more than
 * one in a row. A rule (---) is a blank line.
 * - Control characters and marks of direction go. Blanks at the ends of lines and of the whole go.
 *
 * The text may be broken in any way: what is not closed or complete is text. Work and output are bounded by
 * the length of the text. For that, what no model writes is not taken for Markdown: tables in a text with
 * very many of them, and all of it in one with thousands of images, or with definitions of links that would
 * be repeated without measure.
 *
 * Pure; any thread.
 */
#ifndef TEXT_MARKDOWN_H
#define TEXT_MARKDOWN_H

#include <stddef.h>

#include "base/buf.h"

enum markdown_dialect { MARKDOWN_WHATSAPP, MARKDOWN_PLAIN };

/* Appends the text of valid UTF-8, which the caller has capped (a usual answer takes well under a ms, the
 * worst 64 KiB some tens). */
void markdown_format(const char *markdown, size_t len, enum markdown_dialect dialect, struct buf *out);

#endif
