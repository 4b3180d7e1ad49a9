/* SPDX-License-Identifier: MIT */
#include "list_table.h"

#include <string.h>

#include "answer_text.h"
#include "terminal.h"

enum column { NAME, ADDRESSES, NETWORK, UPTIME, NOTE, COLUMNS };

static const char *const headings[COLUMNS] = {
	"NAME", "ADDRESSES", "NETWORK", "UPTIME", "SOURCE OR HINT"};

#define GAP 2
/* Of what is cut; all text here is ASCII. */
#define ELLIPSIS "..."
/* A hint shorter than this tells nothing. */
#define NOTE_MIN 16
#define NAME_MIN 8
/* One of each family: more of them are worth less than a hint. */
#define ADDRESSES_ENOUGH 42

/* Of all addresses of an answer, with blanks. */
#define CELL_SIZE ((size_t)ANSWER_ADDRESSES_MAX * (ADDRESS_TEXT_MAX + 1) + RESOLVER_TEXT_SIZE)

struct layout {
	int width[COLUMNS]; /* 0: left out */
	enum column last;
};

static void put(char ret_text[static CELL_SIZE], const char *text)
{
	(void)snprintf(ret_text, CELL_SIZE, "%s", text);
}

/* As many as fit, and how many more there are: "192.0.2.17 +2". A width of 0: all. */
static void format_addresses(
	const struct resolver_answer *answer, size_t width, char ret_text[static CELL_SIZE])
{
	char address[ADDRESS_TEXT_MAX], more[16];
	size_t len = 0, i = 0;

	put(ret_text, "-");
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

/* "agent", "lease: its guest agent ...", or why there is no address. */
static void format_note(const struct resolver_answer *answer, char ret_text[static CELL_SIZE])
{
	char text[RESOLVER_TEXT_SIZE];
	const char *source = answer_source(answer), *hint = answer_hint(answer, text);

	(void)snprintf(ret_text, CELL_SIZE, "%s%s%s", source != NULL ? source : "",
		source != NULL && hint != NULL ? ": " : "", hint != NULL ? hint : "");
}

static void format_uptime(const struct resolver_answer *answer, char ret_text[static CELL_SIZE])
{
	char text[ANSWER_UPTIME_SIZE];
	int64_t started = answer_started(answer);

	put(ret_text, started > 0 ? answer_uptime(started, text) : "-");
}

static void format_cell(const struct resolver_answer *answer, enum column column, size_t width,
	char ret_text[static CELL_SIZE])
{
	char network[ANSWER_NETWORK_SIZE];
	const char *kind;

	switch (column) {
	case NAME:
		/* Spelled as it is typed, which is safe to show. */
		name_spell(answer->vm.id, ret_text);
		break;
	case ADDRESSES:
		format_addresses(answer, width, ret_text);
		break;
	case NETWORK:
		kind = answer_network(answer, network);
		put(ret_text, kind != NULL ? kind : "-");
		break;
	case UPTIME:
		format_uptime(answer, ret_text);
		break;
	default:
		format_note(answer, ret_text);
		break;
	}
}

/* Cuts in place. */
static void cut(char *text, size_t width)
{
	size_t dots = sizeof(ELLIPSIS) - 1;

	if (strlen(text) <= width)
		return;
	text[width] = '\0';
	if (width > dots)
		memcpy(text + width - dots, ELLIPSIS, dots);
}

static void print_cell(FILE *stream, const struct layout *layout, enum column column,
	const char *text, enum terminal_style style)
{
	int pad = column == layout->last ? 0 : layout->width[column] - (int)strlen(text);

	fprintf(stream, "%s%s%s%*s", style != TERMINAL_PLAIN ? terminal_style(style) : "", text,
		style != TERMINAL_PLAIN ? terminal_style(TERMINAL_PLAIN) : "",
		(pad > 0 ? pad : 0) + (column == layout->last ? 0 : GAP), "");
}

static enum terminal_style style_of(const struct resolver_answer *answer, enum column column)
{
	if (column == NAME)
		return TERMINAL_STRONG;
	if (column == NOTE && answer->outcome != RESOLVER_ADDRESSES)
		return TERMINAL_DOUBTFUL;
	return TERMINAL_PLAIN;
}

static void print_heading(FILE *stream, const struct layout *layout)
{
	for (int c = 0; c < COLUMNS; c++) {
		char text[CELL_SIZE];

		if (layout->width[c] == 0)
			continue;
		put(text, headings[c]);
		cut(text, (size_t)layout->width[c]);
		print_cell(stream, layout, (enum column)c, text, TERMINAL_STRONG);
	}
	fputc('\n', stream);
}

static void print_row(
	FILE *stream, const struct layout *layout, const struct resolver_answer *answer)
{
	char text[CELL_SIZE];

	for (int c = 0; c < COLUMNS; c++) {
		if (layout->width[c] == 0)
			continue;
		format_cell(answer, (enum column)c, (size_t)layout->width[c], text);
		cut(text, (size_t)layout->width[c]);
		print_cell(stream, layout, (enum column)c, text, style_of(answer, (enum column)c));
	}
	fputc('\n', stream);
}

static int greater(int a, int b)
{
	return a > b ? a : b;
}

/* What every column would like, and what is the least for the addresses: the best of each VM. */
static struct layout measure(
	const struct resolver_answer *answers, int count, int *ret_least_addresses)
{
	struct layout layout = {.last = NOTE};
	int least = (int)strlen(headings[ADDRESSES]);
	char text[CELL_SIZE];

	for (int c = 0; c < COLUMNS; c++)
		layout.width[c] = (int)strlen(headings[c]);
	for (int i = 0; i < count; i++) {
		for (int c = 0; c < COLUMNS; c++) {
			format_cell(&answers[i], (enum column)c, 0, text);
			layout.width[c] = greater(layout.width[c], (int)strlen(text));
		}
		format_cell(&answers[i], ADDRESSES, 1, text);
		least = greater(least, (int)strlen(text));
	}
	*ret_least_addresses = least;
	return layout;
}

/* Takes what is too much from a column, down to its least. Returns what is still too much. */
static int shrink(int *width, int least, int excess)
{
	int given = excess < *width - least ? excess : *width - least;

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

static void fit(struct layout *layout, int least_addresses, int screen)
{
	struct layout wish = *layout;
	int excess = GAP * (COLUMNS - 1) - screen;

	for (int c = 0; c < COLUMNS; c++)
		excess += layout->width[c];
	excess = shrink(
		&layout->width[ADDRESSES], greater(least_addresses, ADDRESSES_ENOUGH), excess);
	excess = shrink(&layout->width[NOTE], NOTE_MIN, excess);
	excess = shrink(&layout->width[ADDRESSES], least_addresses, excess);
	excess = leave_out(&layout->width[UPTIME], excess);
	excess = leave_out(&layout->width[NETWORK], excess);
	excess = leave_out(&layout->width[NOTE], excess);
	excess = shrink(&layout->width[NAME], NAME_MIN, excess);
	(void)shrink(&layout->width[ADDRESSES], 1, excess);
	/* What a column left over goes to the hints. */
	if (layout->width[NOTE] > 0 && excess < 0)
		layout->width[NOTE] += -excess < wish.width[NOTE] - layout->width[NOTE]
					       ? -excess
					       : wish.width[NOTE] - layout->width[NOTE];
	layout->last = layout->width[NOTE] > 0 ? NOTE : ADDRESSES;
}

void list_table_print(FILE *stream, const struct resolver_answer *answers, int count, int width)
{
	int least_addresses;
	struct layout layout = measure(answers, count, &least_addresses);

	if (count == 0)
		return;
	if (width > 0)
		fit(&layout, least_addresses, width);
	print_heading(stream, &layout);
	for (int i = 0; i < count; i++)
		print_row(stream, &layout, &answers[i]);
}
