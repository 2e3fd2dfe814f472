/* Ctrl-C and kill: noted, so that whoever works can stop at a good place. A second one ends the
 * program at once. */
#ifndef SIM_INTERRUPT_H
#define SIM_INTERRUPT_H

/* From now on SIGINT and SIGTERM end the program at once, with status 130 or 143. */
void interrupt_ends(void);
/* From now on SIGINT and SIGTERM are noted. */
void interrupt_watch(void);
/* The signal that came, or 0. */
int interrupt_signal(void);

#endif
