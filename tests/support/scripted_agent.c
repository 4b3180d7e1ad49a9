/* SPDX-License-Identifier: MIT */
/*
 * A guest agent behind a socket of QEMU's, as a script tells it to behave: see usage(). The socket
 * is served as QEMU does it: a backlog of one, one client at a time. With --count there are many,
 * each served by a thread of its own that follows the same script.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define REQUEST_SIZE 3072
#define ID_SIZE      128
/* A test that dies leaves no agent behind for long. */
#define LIFE_SECONDS      300
#define THREAD_STACK_SIZE (256 * 1024)

struct session;

struct verb {
	const char *name;
	int argument_count;
	void (*run)(struct session *session, char **arguments);
	const char *help;
};

struct step {
	const struct verb *verb;
	char **arguments;
};

struct script {
	struct step *steps;
	size_t count;
	int log_fd; /* -1: none */
};

/* One socket. */
struct session {
	const struct script *script;
	int number; /* from 1 */
	int listener;
	int client;                /* -1: none */
	char sync_id[ID_SIZE];     /* of the last request: the digits */
	char question_id[ID_SIZE]; /* as JSON, "" if the question had none */
};

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

/* A text that grows. */
struct text {
	char *bytes;
	size_t len;
};

static void add(struct text *text, const char *bytes, size_t len)
{
	text->bytes = realloc(text->bytes, text->len + len + 1);
	if (text->bytes == NULL)
		fail("realloc");
	memcpy(text->bytes + text->len, bytes, len);
	text->len += len;
	text->bytes[text->len] = '\0';
}

/* The byte that an escape at `from` stands for; returns the escape's length, 0 if it is none. */
static size_t read_escape(const char *from, char *ret_byte)
{
	unsigned int byte;

	if (from[0] != '\\')
		return 0;
	if (from[1] == 'n' || from[1] == '\\') {
		*ret_byte = from[1] == 'n' ? '\n' : '\\';
		return 2;
	}
	if (from[1] != 'x' || sscanf(from + 2, "%2x", &byte) != 1)
		return 0;
	*ret_byte = (char)byte;
	return 4;
}

/* Puts the value of a variable at `from` behind the text; returns the length of its name, or 0. */
static size_t add_variable(const struct session *session, const char *from, struct text *text)
{
	char number[16];

	if (strncmp(from, "$ID", 3) == 0) {
		add(text, session->sync_id, strlen(session->sync_id));
		return 3;
	}
	if (strncmp(from, "$N", 2) == 0) {
		snprintf(number, sizeof(number), "%d", session->number);
		add(text, number, strlen(number));
		return 2;
	}
	return 0;
}

/* The caller frees .bytes. */
static struct text expand(const struct session *session, const char *from)
{
	struct text text = {0};

	add(&text, "", 0);
	while (*from != '\0') {
		char byte = *from;
		size_t used = add_variable(session, from, &text);

		if (used == 0) {
			used = read_escape(from, &byte);
			add(&text, &byte, 1);
		}
		from += used > 0 ? used : 1;
	}
	return text;
}

/* One write, so that lines of several threads stay whole. */
static void note(const struct session *session, const char *event, const char *bytes, size_t len)
{
	struct text line = {0};
	char byte[8];

	if (session->script->log_fd < 0)
		return;
	snprintf(byte, sizeof(byte), "%d ", session->number);
	add(&line, byte, strlen(byte));
	add(&line, event, strlen(event));
	for (size_t i = 0; i < len; i++) {
		bool is_plain = bytes[i] >= ' ' && bytes[i] <= '~' && bytes[i] != '\\';

		snprintf(byte, sizeof(byte), is_plain ? "%c" : "\\x%02x", (unsigned char)bytes[i]);
		add(&line, byte, strlen(byte));
	}
	add(&line, "\n", 1);
	if (write(session->script->log_fd, line.bytes, line.len) < 0)
		fail("log");
	free(line.bytes);
}

static void leave_client(struct session *session)
{
	if (session->client >= 0)
		close(session->client);
	session->client = -1;
}

static void run_accept(struct session *session, char **arguments)
{
	(void)arguments;
	leave_client(session);
	do
		session->client = accept4(session->listener, NULL, NULL, SOCK_CLOEXEC);
	while (session->client < 0 && errno == EINTR);
	if (session->client < 0)
		fail("accept");
	note(session, "connect", "", 0);
}

static void sleep_ms(int ms)
{
	struct timespec time = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L};

	while (nanosleep(&time, &time) < 0 && errno == EINTR)
		;
}

static void run_delay(struct session *session, char **arguments)
{
	(void)session;
	sleep_ms(atoi(arguments[0]));
}

/* What stands between `"id":` and the next `}`, or "". */
static void copy_id(const char *line, char id[static ID_SIZE])
{
	const char *member = strstr(line, "\"id\":");

	id[0] = '\0';
	if (member != NULL)
		snprintf(id, ID_SIZE, "%.*s", (int)strcspn(member + 5, "}"), member + 5);
}

static const char *second_line(const char *text)
{
	const char *newline = strchr(text, '\n');

	return newline != NULL && strchr(newline + 1, '\n') != NULL ? newline + 1 : NULL;
}

/* A client that leaves without a question is none that a guest hears of: the next one is served. */
static void run_read_request(struct session *session, char **arguments)
{
	char request[REQUEST_SIZE];
	size_t len = 0, blank;
	const char *question = NULL;

	if (session->client < 0)
		return;
	while (question == NULL && len + 1 < sizeof(request)) {
		ssize_t got = recv(session->client, request + len, sizeof(request) - 1 - len, 0);

		if (got <= 0) {
			note(session, "left", "", 0);
			run_accept(session, arguments);
			len = 0;
			continue;
		}
		len += (size_t)got;
		request[len] = '\0';
		question = second_line(request);
	}
	blank = strspn(request, " ");
	note(session, "request ", request + blank, len - blank);
	copy_id(request, session->sync_id);
	copy_id(question != NULL ? question : "", session->question_id);
}

/* To a client that left nothing is sent; the script goes on. */
static void send_all(struct session *session, const char *bytes, size_t len)
{
	while (len > 0 && session->client >= 0) {
		ssize_t sent = send(session->client, bytes, len, MSG_NOSIGNAL);

		if (sent < 0) {
			leave_client(session);
			return;
		}
		bytes += sent;
		len -= (size_t)sent;
	}
}

static void run_send(struct session *session, char **arguments)
{
	struct text text = expand(session, arguments[0]);

	send_all(session, text.bytes, text.len);
	free(text.bytes);
}

/* As qemu-ga does: an error for the 0xFF of the request, then two replies, each in one write. */
static void run_reply(struct session *session, char **arguments)
{
	static const char stray[] = "{\"error\": {\"class\": \"GenericError\", "
				    "\"desc\": \"JSON parse error, stray '\\uFFFD'\"}}\n";
	struct text value = expand(session, arguments[0]);
	struct text reply = {0};

	send_all(session, stray, sizeof(stray) - 1);
	add(&reply, "\xff{\"return\": ", 12);
	add(&reply, session->sync_id, strlen(session->sync_id));
	add(&reply, "}\n", 2);
	send_all(session, reply.bytes, reply.len);
	reply.len = 0;
	add(&reply, "{\"return\": ", 11);
	add(&reply, value.bytes, value.len);
	if (session->question_id[0] != '\0') {
		add(&reply, ", \"id\": ", 8);
		add(&reply, session->question_id, strlen(session->question_id));
	}
	add(&reply, "}\n", 2);
	send_all(session, reply.bytes, reply.len);
	free(reply.bytes);
	free(value.bytes);
}

static void run_flood(struct session *session, char **arguments)
{
	struct text text = expand(session, arguments[1]);
	size_t left = strtoul(arguments[0], NULL, 10);

	while (left > 0 && text.len > 0 && session->client >= 0) {
		size_t part = left < text.len ? left : text.len;

		send_all(session, text.bytes, part);
		left -= part;
	}
	free(text.bytes);
}

static void run_drip(struct session *session, char **arguments)
{
	struct text text = expand(session, arguments[1]);

	for (size_t i = 0; i < text.len && session->client >= 0; i++) {
		send_all(session, text.bytes + i, 1);
		sleep_ms(atoi(arguments[0]));
	}
	free(text.bytes);
}

/* Reads nothing: POLLRDHUP comes whatever is unread. */
static void run_hold(struct session *session, char **arguments)
{
	struct pollfd client = {.fd = session->client, .events = POLLRDHUP};

	(void)arguments;
	if (session->client < 0)
		return;
	while (poll(&client, 1, -1) < 0 && errno == EINTR)
		;
	note(session, "left", "", 0);
	leave_client(session);
}

static void run_close(struct session *session, char **arguments)
{
	(void)arguments;
	leave_client(session);
}

static const struct verb verbs[] = {
	{"accept", 0, run_accept, "waits for a client, after leaving the one before"},
	{"delay", 1, run_delay, "MS: waits"},
	{"read-request", 0, run_read_request, "reads a sync and a question, and their ids"},
	{"reply", 1, run_reply, "JSON: what a well-behaved agent answers, with this \"return\""},
	{"send", 1, run_send, "TEXT"},
	{"flood", 2, run_flood, "BYTES TEXT: sends TEXT over and over, BYTES in all"},
	{"drip", 2, run_drip, "MS TEXT: sends TEXT by single bytes, MS apart"},
	{"hold", 0, run_hold, "neither reads nor writes until the client leaves"},
	{"close", 0, run_close, "leaves the client"},
	{"loop", 0, NULL, "from the first verb again"},
};

static void usage(FILE *stream)
{
	fputs("usage: scripted_agent [--count N] [--log FILE] SOCKET VERB [ARGUMENT]...\n"
	      "\n"
	      "Listens on SOCKET, prints \"ready\" and follows the script; exits at its end, and\n"
	      "after five minutes in any case. With --count, %d in SOCKET is 1, 2, ... N. "
	      "Verbs:\n\n",
		stream);
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		fprintf(stream, "  %-13s %s\n", verbs[i].name, verbs[i].help);
	fputs("\nTEXT and JSON: $ID is the id of the sync, $N the number of the socket, \\n, \\xNN "
	      "and\n"
	      "\\\\ are bytes; @FILE stands for what is in the file. What is sent to a client "
	      "that\n"
	      "left is dropped. What follows a \"--\" is not read: the command line may be made "
	      "to\n"
	      "look like a QEMU's. The log has a line \"N connect\", \"N request BYTES\" or \"N "
	      "left\"\n"
	      "for each.\n",
		stream);
}

static const struct verb *find_verb(const char *name)
{
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (strcmp(verbs[i].name, name) == 0)
			return &verbs[i];
	return NULL;
}

static char *read_file(const char *path)
{
	struct text text = {0};
	FILE *file = fopen(path, "re");
	char part[1024];
	size_t got;

	if (file == NULL)
		fail(path);
	add(&text, "", 0);
	while ((got = fread(part, 1, sizeof(part), file)) > 0)
		add(&text, part, got);
	fclose(file);
	return text.bytes;
}

static bool read_script(int count, char **words, struct script *script)
{
	bool accepts = false;

	script->steps = calloc((size_t)count + 1, sizeof(script->steps[0]));
	if (script->steps == NULL)
		fail("calloc");
	for (int i = 0; i < count;) {
		const struct verb *verb = find_verb(words[i++]);

		if (verb == NULL || verb->argument_count > count - i)
			return false;
		accepts = accepts || verb->run == run_accept;
		script->steps[script->count++] = (struct step){verb, words + i};
		for (int end = i + verb->argument_count; i < end; i++)
			if (words[i][0] == '@')
				words[i] = read_file(words[i] + 1);
	}
	return accepts;
}

static void *follow_script(void *context)
{
	struct session *session = context;

	for (size_t i = 0; i < session->script->count; i++) {
		const struct step *step = &session->script->steps[i];

		if (step->verb->run == NULL)
			i = (size_t)-1;
		else
			step->verb->run(session, step->arguments);
	}
	leave_client(session);
	return NULL;
}

static int listen_on(const char *pattern, int number)
{
	const char *place = strstr(pattern, "%d");
	size_t before = place != NULL ? (size_t)(place - pattern) : strlen(pattern);
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int len = snprintf(name.sun_path, sizeof(name.sun_path), "%.*s", (int)before, pattern);

	if (place != NULL && len >= 0 && (size_t)len < sizeof(name.sun_path))
		len += snprintf(name.sun_path + len, sizeof(name.sun_path) - (size_t)len, "%d%s",
			number, place + 2);
	if (len < 0 || (size_t)len >= sizeof(name.sun_path)) {
		errno = ENAMETOOLONG;
		fail(pattern);
	}
	unlink(name.sun_path);
	if (fd < 0 || bind(fd, (const struct sockaddr *)&name, sizeof(name)) < 0 ||
		listen(fd, 1) < 0)
		fail(name.sun_path);
	return fd;
}

static pthread_t start_thread(struct session *session)
{
	pthread_attr_t attributes;
	pthread_t thread;

	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, THREAD_STACK_SIZE);
	errno = pthread_create(&thread, &attributes, follow_script, session);
	if (errno != 0)
		fail("pthread_create");
	pthread_attr_destroy(&attributes);
	return thread;
}

static void serve(const char *pattern, int count, const struct script *script)
{
	struct session *sessions = calloc((size_t)count, sizeof(sessions[0]));
	pthread_t *threads = calloc((size_t)count, sizeof(threads[0]));

	if (sessions == NULL || threads == NULL)
		fail("calloc");
	for (int i = 0; i < count; i++)
		sessions[i] = (struct session){
			.script = script,
			.number = i + 1,
			.listener = listen_on(pattern, i + 1),
			.client = -1,
		};
	puts("ready");
	fflush(stdout);
	for (int i = 0; i < count; i++)
		threads[i] = start_thread(&sessions[i]);
	for (int i = 0; i < count; i++)
		pthread_join(threads[i], NULL);
	free(threads);
	free(sessions);
}

int main(int argc, char **argv)
{
	struct script script = {.log_fd = -1};
	int count = 1, i = 1;

	for (; i + 1 < argc && strncmp(argv[i], "--", 2) == 0; i += 2) {
		if (strcmp(argv[i], "--count") == 0)
			count = atoi(argv[i + 1]);
		else if (strcmp(argv[i], "--log") == 0)
			script.log_fd =
				open(argv[i + 1], O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
		else
			break;
	}
	if (argc == 2 && strcmp(argv[1], "--help") == 0) {
		usage(stdout);
		return 0;
	}
	for (int end = i; end < argc; end++)
		if (strcmp(argv[end], "--") == 0)
			argc = end;
	if (i + 1 >= argc || count < 1 || !read_script(argc - i - 1, argv + i + 1, &script)) {
		usage(stderr);
		return 2;
	}
	alarm(LIFE_SECONDS);
	serve(argv[i], count, &script);
	free(script.steps);
	return 0;
}
