/* A mistake in this program, never in its input: said, then the end. In every build. */
#ifndef RAFT_MUST_H
#define RAFT_MUST_H

/* EX_SOFTWARE of sysexits.h */
enum { MUST_STATUS = 70 };

/* `fact` must hold; otherwise prints it with its place and ends the program with MUST_STATUS. */
#define must(fact)                                                                                 \
    (__builtin_expect(!!(fact), 1) ? (void)0 : must_failed(#fact, __FILE__, __LINE__))

_Noreturn void must_failed(const char *fact, const char *file, int line);

#endif
