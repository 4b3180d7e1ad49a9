/* SPDX-License-Identifier: MIT */
#include "list_table.h"

#include <string.h>

#include "answer_text.h"
#include "terminal.h"

enum column { NAME, ADDRESSES, NETWORK, UPTIME, NOTE, COLUMNS };

static const char *const headings[COLUMNS] = {
	"NAME", "ADDRESSES", "NETWORK", "UPTIME", "SOURCE OR HINT"};

#define GAP 2
/* At the end of a cell that is cut; all text here is ASCII. */
#define ELLIPSIS "..."
/* A shorter hint is not understood. */
#define NOTE_MIN 16
#define NAME_MIN 8
/* One address of each family: more addresses are less useful than a hint. */
#define ADDRESSES_ENOUGH 42

/* All addresses of an answer, separated by blanks, or a hint. */
#define CELL_SIZE ((size_t)ANSWER_ADDRESSES_MAX * (ADDRESS_TEXT_MAX + 1) + RESOLVER_TEXT_SIZE)

struct layout {
	int width[COLUMNS]; /* 0: left out */
	enum column last;
};

/* As many addresses as fit, and the number of the others: "192.0.2.17 +2". A width of 0: all. */
static void format_addresses(
	const struct resolver_answer *answer, size_t width, char ret_text[static CELL_SIZE])
{
	char address[ADDRESS_TEXT_MAX], more[16];
	size_t len = 0, i = 0;

	(void)snprintf(ret_text, CELL_SIZE, "-");
	for (; i < answer->address_count; i++) {
		size_t left = answer->address_count - i - 1;
		int more_len = left > 0 ? snprintf(more, sizeof(more), " +%zu", left) : 0;

		address_format(&answer->addresses[i], address);
		if (i > 0 && width > 0 && len + 1 + strlen(address) + (size_t)more_len > width)
			break;
		len += (size_t)snprintf(
			ret_text + len, CELL_SIZE - len, "%s%s", i > 0 ? " " : "", address);
	}
	if (i < answer->address_count)
		snprintf(ret_text + len, CELL_SIZE - len, " +%zu", answer->address_count - i);
}

static void format_cell(const struct resolver_answer *answer, enum column column, size_t width,
	char ret_text[static CELL_SIZE])
{
	char hint[RESOLVER_TEXT_SIZE], buf[NAME_VM_SIZE];
	const char *source = answer_source(answer), *note, *text = NULL;
	int64_t started;

	switch (column) {
	case NAME:
		name_spell(answer->vm.id, buf);
		text = buf;
		break;
	case ADDRESSES:
		format_addresses(answer, width, ret_text);
		return;
	case NETWORK:
		text = answer_network(answer, buf);
		break;
	case UPTIME:
		started = answer_started(answer);
		text = started > 0 ? answer_uptime(started, buf) : NULL;
		break;
	default:
		note = answer_hint(answer, hint);
		(void)snprintf(ret_text, CELL_SIZE, "%s%s%s", source != NULL ? source : "",
			source != NULL && note != NULL ? ": " : "", note != NULL ? note : "");
		return;
	}
	(void)snprintf(ret_text, CELL_SIZE, "%s", text != NULL ? text : "-");
}

/* One line of the table; the heading if answer is NULL. */
static void print_line(
	FILE *stream, const struct layout *layout, const struct resolver_answer *answer)
{
	char text[CELL_SIZE];

	for (int c = 0; c < COLUMNS; c++) {
		enum terminal_style style = TERMINAL_PLAIN;
		size_t width = (size_t)layout->width[c], dots = sizeof(ELLIPSIS) - 1;
		int gap = 0;

		if (width == 0)
			continue;
		if (answer == NULL)
			(void)snprintf(text, sizeof(text), "%s", headings[c]);
		else
			format_cell(answer, (enum column)c, width, text);
		if (strlen(text) > width) {
			text[width] = '\0';
			if (width > dots)
				memcpy(text + width - dots, ELLIPSIS, dots);
		}
		if (answer == NULL || c == NAME)
			style = TERMINAL_STRONG;
		else if (c == NOTE && answer->outcome != RESOLVER_ADDRESSES)
			style = TERMINAL_DOUBTFUL;
		if (c != (int)layout->last)
			gap = (int)(width - strlen(text)) + GAP;
		fprintf(stream, "%s%s%s%*s", style != TERMINAL_PLAIN ? terminal_style(style) : "",
			text, style != TERMINAL_PLAIN ? terminal_style(TERMINAL_PLAIN) : "", gap,
			"");
	}
	fputc('\n', stream);
}

static int greater(int a, int b)
{
	return a > b ? a : b;
}

/* The width that each column needs, and the minimum for the addresses: the best one of each VM. */
static struct layout measure(const struct answer_list *answers, int *ret_addresses_min)
{
	struct layout layout = {.last = NOTE};
	int addresses_min = (int)strlen(headings[ADDRESSES]);
	char text[CELL_SIZE];

	for (int c = 0; c < COLUMNS; c++)
		layout.width[c] = (int)strlen(headings[c]);
	for (int i = 0; i < answers->count; i++) {
		for (int c = 0; c < COLUMNS; c++) {
			format_cell(&answers->list[i], (enum column)c, 0, text);
			layout.width[c] = greater(layout.width[c], (int)strlen(text));
		}
		format_cell(&answers->list[i], ADDRESSES, 1, text);
		addresses_min = greater(addresses_min, (int)strlen(text));
	}
	*ret_addresses_min = addresses_min;
	return layout;
}

/* Narrows a column by the excess, but not below min. Returns the excess that remains. */
static int shrink(int *width, int min, int excess)
{
	int given = excess < *width - min ? excess : *width - min;

	if (excess <= 0 || given <= 0)
		return excess;
	*width -= given;
	return excess - given;
}

static int leave_out(int *width, int excess)
{
	if (excess <= 0 || *width == 0)
		return excess;
	excess -= *width + GAP;
	*width = 0;
	return excess;
}

static void fit(struct layout *layout, int addresses_min, int screen)
{
	int *width = layout->width, note_max = width[NOTE];
	int excess = GAP * (COLUMNS - 1) - screen;

	for (int c = 0; c < COLUMNS; c++)
		excess += width[c];
	excess = shrink(&width[ADDRESSES], greater(addresses_min, ADDRESSES_ENOUGH), excess);
	excess = shrink(&width[NOTE], NOTE_MIN, excess);
	excess = shrink(&width[ADDRESSES], addresses_min, excess);
	excess = leave_out(&width[UPTIME], excess);
	excess = leave_out(&width[NETWORK], excess);
	excess = leave_out(&width[NOTE], excess);
	excess = shrink(&width[NAME], NAME_MIN, excess);
	(void)shrink(&width[ADDRESSES], 1, excess);
	/* A column that was left out makes room for the hints. */
	if (width[NOTE] > 0 && excess < 0)
		width[NOTE] = width[NOTE] - excess < note_max ? width[NOTE] - excess : note_max;
	layout->last = width[NOTE] > 0 ? NOTE : ADDRESSES;
}

void list_table_print(FILE *stream, const struct answer_list *answers, int width)
{
	int addresses_min;
	struct layout layout = measure(answers, &addresses_min);

	if (answers->count == 0)
		return;
	if (width > 0)
		fit(&layout, addresses_min, width);
	print_line(stream, &layout, NULL);
	for (int i = 0; i < answers->count; i++)
		print_line(stream, &layout, &answers->list[i]);
}
