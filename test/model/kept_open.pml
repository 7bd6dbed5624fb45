// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// How a kernel lock keeps the descriptor of its file open between acquisitions, and how a release
// still notifies the waiters. An atomic step is one system call. `run` checks these configurations:
//
//     KEEPERS=N    processes, or lock objects, of this library. After the unlock they look for waiter
//                  marks. If there is one, they close the file, which notifies the watchers;
//                  otherwise they keep it open.
//     CLOSERS=N    older versions, and peers: they close the file after each unlock. They wait with a
//                  watch but no mark, and poll.
//     UNLOCKERS=N  peers that keep the file open and only unlock it, which notifies no process. They
//                  wait in the kernel. Only after their release may the others depend on a poll.
//     ROUNDS=N     the most acquisitions of each process
//     REPLACED=N   how often the file is unlinked, or another file is renamed over it
//     MOVED=N      how often the file is moved aside, and possibly back
//     CLOSEFROM    the program closes the descriptors of the first process once, while it is idle.
//                  The numbers of the file and the directory may be given to other files. The
//                  second process is then an object of the same program. Numbers are compared by
//                  what tags the open descriptor. A comparison that finds it is no step.
//
// Any process may die between any two steps. The kernel then reports the close before it drops the
// lock. A keeper begins with an idle descriptor, which may be closed at any time. No process need
// ever continue from idle. A waiter gives up only if it has decided to when it found the lock busy.
// Thus spin reports an invalid end state when a waiter is left parked although the lock is free.
// Shared holds are left out: a waiter may wait for several holders then, and each release asks.
//
// The kernel gives the inode number of a file that has neither a name nor a descriptor to another
// file. So these are one file here.
//
// Each rule that can be omitted or changed has a name for that: MARKS_LATE, WATCHES_LATE, ASKS_FIRST,
// NO_QUESTION, ASKS_OWN, SHARED_MARK, WAKES_UNMARKED, READS_LATE, NO_LADDER, NO_CHECK,
// KEEPS_MISMATCH, NUMBER_ALONE, NO_COMPARISON, COMPARES_FILE, DIRECTORY_STAYS. These changes do no
// harm: MARKS_FIRST, TRIES_FIRST, HOLDER_MARKED, CLOSES_ON_LEAVING.
//
// Other events are enabled by name:
//
//     ELSEWHERE         the first process finds the file in another directory than the others
//     DIRECTORY_MOVED   the file is moved to a new directory, which replaces its parent
//     DIRECTORY_ALONE   the program closes only the descriptor of the directory
//     NO_POLL           no waiter polls

#ifndef KEEPERS
#define KEEPERS 2
#endif
#ifndef CLOSERS
#define CLOSERS 0
#endif
#ifndef UNLOCKERS
#define UNLOCKERS 0
#endif
#ifndef ROUNDS
#define ROUNDS 2
#endif
#ifndef REPLACED
#define REPLACED 0
#endif
#ifndef MOVED
#define MOVED 0
#endif
#define PROCESSES (KEEPERS + CLOSERS + UNLOCKERS)

#define FILES (1 + REPLACED + MOVED) // at most 4
#define LOG (FILES + 1) // a file of the program

mtype = { idle, compare, open_file, attempt, check, check_busy, set_watch, set_mark, read_events,
          late_mark, late_watch, parked, ladder, leave, unmark, unlock, ask, close_file,
          undo, anew, dropping, gone };

byte path = 1;         // the file that the path names; 0: none
byte aside;            // the file that was moved aside
bit parent;            // the directory that is the parent
byte lock[FILES + 2];  // by file: its holder; 0: none
bit unnotified[FILES + 2]; // the last release was an UNLOCKER's
byte opened[6];        // by file: the processes, as bits, that have it open
byte watchers[FILES + 2];
byte marked[2 * (FILES + 2)]; // by directory and file
byte event;            // the processes, as bits, that have unread events
byte ending;           // the processes, as bits, whose file is being closed
byte holds[6];         // 1: the process has the lock, and found that the path names the file. It
                       // counts until the file is replaced.

// What the number of the first process's idle descriptor is
#define OWN 0
#define CLOSED 1
#define PROGRAMS 2 // a file of the program
#define TWINS_OWN 3 // the lock file, which the second object of the program has opened. What the
                    // program itself opens and locks would have the same effect.
#ifdef CLOSEFROM
byte number;
bit closefrom = 1;
#else
#define number OWN
#endif

#define self (1 << p)
#define mark_of(f) marked[dir * (FILES + 2) + f]
#define keeper (p <= KEEPERS)
#define closer (p > KEEPERS && p <= KEEPERS + CLOSERS)
#define unlocker (p > KEEPERS + CLOSERS)
#define is_ending(f) (ending & (1 << lock[f]))

#define say(what) printf(what, p)
#define notify(f) event = event | watchers[f]
#define forget(f) opened[f] = opened[f] & ~self

#ifdef SHARED_MARK
#define drop_mark() mark_of(file) = mark_of(file) & (p <= 2 && ready -> ~6 : ~self)
#else
#define drop_mark() mark_of(file) = mark_of(file) & ~self
#endif
#ifdef ASKS_OWN
#define waits_another(f) (mark_of(f) & (p <= 2 -> ~6 : ~self))
#else
#define waits_another(f) (mark_of(f) & ~self)
#endif

inline drop_watch()
{
    watchers[file] = watchers[file] & ~self;
    event = event & ~self
}

// The file at the path has changed
inline changed()
{
    holds[1] = 0;
    holds[2] = 0;
    holds[3] = 0;
    holds[4] = 0;
    holds[5] = 0
}

inline close_it()
{
#ifdef COMPARES_FILE
    number = (p == 2 && number == TWINS_OWN -> CLOSED : number);
#endif
    notify(file);
    forget(file);
    file = 0
}

// A file without a name or descriptor
inline new_file(f)
{
    if
    :: path != 1 && aside != 1 && opened[1] == 0 -> f = 1
#if FILES > 1
    :: path != 2 && aside != 2 && opened[2] == 0 -> f = 2
#endif
#if FILES > 2
    :: path != 3 && aside != 3 && opened[3] == 0 -> f = 3
#endif
#if FILES > 3
    :: path != 4 && aside != 4 && opened[4] == 0 -> f = 4
#endif
    fi
}

#ifdef ASKS_FIRST
#define after_hold (keeper -> ask : unlock)
#else
#define after_hold unlock
#endif

inline enter()
{
    holds[p] = 1;
    assert(holds[1] + holds[2] + holds[3] + holds[4] + holds[5] <= 1);
    drop_watch();
    at = (keeper && ready -> unmark : after_hold)
}

proctype user(byte p)
{
    mtype at = idle;
    byte rounds = ROUNDS;
    byte file;  // what it has open; 0: nothing
    byte named; // the number that it compares with the path
    bit ready;  // watch and mark are set
    bit soon;   // the lock was busy while the kernel was about to drop it
    bit dir;    // the directory that it has open

    atomic {
#ifdef ELSEWHERE
        dir = (p == 1);
#endif
        if
        :: keeper ->
            file = 1;
            named = 1;
            opened[1] = opened[1] | self
        :: else
        fi
    }

    do
    :: atomic { at == idle -> break }
    :: atomic { at == idle && rounds > 0 ->
        rounds--;
        if
        :: p == 1 && number != OWN -> at = compare
        :: else -> at = (file == 0 -> open_file : attempt)
        fi }
    :: atomic { at == idle && keeper && file != 0 ->
        say("%d: another thread closes the idle descriptor\n");
        close_it() }

#ifdef CLOSEFROM
#ifdef COMPARES_FILE
    :: atomic { at == idle && p == 1 && closefrom && !(opened[1] & (1 << 2)) ->
#else
    :: atomic { at == idle && p == 1 && closefrom ->
#endif
        say("%d: the program closes the descriptors\n");
        closefrom = 0;
#if defined(DIRECTORY_STAYS) || defined(DIRECTORY_ALONE)
        dir = 1;
#endif
#ifndef DIRECTORY_ALONE
        if
        :: file != 0 ->
            close_it();
            if
            :: number = CLOSED
            :: number = PROGRAMS
            fi
        :: else
        fi
#endif
        }
    :: atomic { at == compare ->
        if
#ifdef NO_COMPARISON
        :: number == PROGRAMS ->
            file = LOG;
            at = attempt
#endif
#ifdef COMPARES_FILE
        :: number == TWINS_OWN ->
            file = named;
            at = attempt
#endif
        :: else ->
            say("%d: forgets the number\n");
            number = OWN;
            at = open_file
        fi }
#endif

    :: atomic { at == open_file ->
        if
        :: path == 0 -> new_file(path)
        :: else
        fi;
        file = path;
        opened[file] = opened[file] | self;
#ifdef NUMBER_ALONE
        named = (named == 0 || !keeper -> file : named);
#else
        named = file;
#endif
#ifdef DIRECTORY_MOVED
        dir = parent;
#endif
#ifdef COMPARES_FILE
        number = (p == 2 && number == CLOSED -> TWINS_OWN : number);
#endif
        say("%d: opens the file\n");
        at = attempt }

    // An attempt
#ifdef COMPARES_FILE
    :: atomic { at == attempt && p == 1 && number == TWINS_OWN && lock[file] == 2 ->
        say("%d: locks again by the other object's descriptor\n");
        at = check }
#endif
    :: atomic { at == attempt && lock[file] == 0 ->
        say("%d: locks\n");
        lock[file] = p;
        unnotified[file] = 0;
        at = check }
    :: atomic { at == attempt && lock[file] != 0 && !unlocker ->
        say("%d: finds the lock busy\n");
#ifndef NO_LADDER
        soon = ready && is_ending(file);
#endif
        at = check_busy }
#ifdef NO_CHECK
    :: atomic { at == check ->
#else
    :: atomic { at == check && named == path ->
#endif
        say("%d: holds the lock\n");
        enter() }
#ifndef NO_CHECK
    :: atomic { at == check && named != path ->
        say("%d: finds another file at the path\n");
        at = undo }
#endif
    :: atomic { at == undo ->
        say("%d: unlocks\n");
        lock[file] = 0;
#ifdef KEEPS_MISMATCH
        at = idle }
#else
        at = anew }
#endif
    :: atomic { at == check_busy && named != path ->
        say("%d: finds another file at the path\n");
        at = anew }
    :: atomic { at == anew ->
        say("%d: closes the file, to open it anew\n");
        drop_mark();
        drop_watch();
        ready = 0;
        soon = 0;
        named = 0;
        close_it();
        at = open_file }

    // A wait
    :: atomic { at == check_busy && named == path && !ready ->
#if defined(MARKS_FIRST) || defined(WATCHES_LATE)
        at = (keeper -> set_mark : set_watch) }
#else
        at = set_watch }
#endif
    :: atomic { at == set_watch ->
        say("%d: sets a watch\n");
        watchers[file] = watchers[file] | self;
#if defined(MARKS_FIRST) || defined(MARKS_LATE)
        ready = 1;
        at = attempt }
#else
        ready = !keeper;
        at = (keeper -> set_mark : attempt) }
#endif
    :: atomic { at == set_mark ->
        say("%d: sets a mark\n");
        mark_of(file) = mark_of(file) | self;
#ifdef MARKS_FIRST
        at = set_watch }
#else
        ready = 1;
        at = attempt }
#endif
    :: atomic { at == check_busy && named == path ->
        soon = 0;
        at = leave }
    :: atomic { at == check_busy && named == path && ready ->
        if
        :: soon -> at = ladder
#if defined(TRIES_FIRST) || defined(READS_LATE)
        :: !soon && (event & self) -> at = read_events
#endif
#ifdef MARKS_LATE
        :: !soon && keeper && !(mark_of(file) & self) -> at = late_mark
#endif
#ifdef WATCHES_LATE
        :: !soon && keeper && !(watchers[file] & self) -> at = late_watch
#endif
        :: else -> at = parked
        fi;
        soon = 0 }
#ifdef MARKS_LATE
    :: atomic { at == late_mark ->
        say("%d: sets a mark\n");
        mark_of(file) = mark_of(file) | self;
        at = parked }
#endif
#ifdef WATCHES_LATE
    :: atomic { at == late_watch ->
        say("%d: sets a watch\n");
        watchers[file] = watchers[file] | self;
        at = parked }
#endif
    :: atomic { at == parked && (event & self) ->
        say("%d: is woken\n");
#if !defined(TRIES_FIRST) && !defined(READS_LATE)
        event = event & ~self;
#endif
#ifdef WAKES_UNMARKED
        drop_mark();
#endif
        at = attempt }
#if defined(TRIES_FIRST) || defined(READS_LATE)
    :: atomic { at == read_events ->
        say("%d: reads the events\n");
        event = event & ~self;
#ifdef READS_LATE
        at = parked }
#else
        at = attempt }
#endif
#endif
#ifndef NO_POLL
    :: atomic { at == parked && lock[file] == 0 && (closer || unnotified[file]) ->
        say("%d: polls\n");
        at = attempt }
#endif
    :: atomic { at == ladder && !is_ending(file) ->
        at = attempt }
    :: atomic { at == leave ->
        say("%d: gives up\n");
        drop_mark();
        drop_watch();
        ready = 0;
#ifdef CLOSES_ON_LEAVING
        close_it();
#else
        if
        :: closer -> close_it()
        :: else
        fi;
#endif
        at = idle }

    // A hold and its release
    :: atomic { at == unmark ->
#ifndef HOLDER_MARKED
        say("%d: drops its mark\n");
        drop_mark();
#endif
        ready = 0;
        at = after_hold }
    :: atomic { at == unlock ->
        say("%d: unlocks\n");
        ready = 0;
        lock[file] = 0;
        holds[p] = 0;
        if
#ifdef ASKS_FIRST
        :: keeper -> at = (soon -> close_file : idle);
            soon = 0
#elif defined(NO_QUESTION)
        :: keeper -> at = idle
#else
        :: keeper -> at = ask
#endif
        :: closer -> at = close_file
        :: unlocker ->
            unnotified[file] = 1;
            at = idle
        fi }
    :: atomic { at == ask ->
        if
        :: waits_another(file) -> say("%d: finds a mark\n")
        :: else -> say("%d: finds no mark\n")
        fi;
#ifdef ASKS_FIRST
        soon = (waits_another(file) != 0);
        at = unlock }
#else
        at = (waits_another(file) -> close_file : idle) }
#endif
    :: atomic { at == close_file ->
        say("%d: closes the file\n");
        close_it();
        at = idle }

    // Death
    :: atomic { at != parked && at != dropping ->
        say("%d: dies\n");
        ready = 0; // its own mark goes
        soon = 0;
        if
        :: file == 0 -> break
        :: file != 0 ->
            drop_mark();
            drop_watch();
            notify(file); // inotify(7) reports a close before the lock is dropped
            if
            :: lock[file] == p -> ending = ending | self; at = dropping
            :: else -> forget(file); file = 0; break
            fi
        fi }
    :: atomic { at == dropping ->
        say("%d: the kernel drops the lock\n");
        ending = ending & ~self;
        lock[file] = 0;
        holds[p] = 0;
        forget(file);
        file = 0;
        break }
    od;
    atomic { at = gone; rounds = 0; named = 0 }
}

// Others replace the file, or move it
proctype others()
{
    byte replaced = REPLACED;
    byte moved = MOVED;
    byte p; // for say()

end:
    do
    :: atomic { replaced > 0 && path != 0 ->
        say("%d: the file is unlinked\n");
        replaced--;
        notify(path);
        changed();
        path = 0 }
    :: atomic { replaced > 0 && path != 0 ->
        say("%d: another file is renamed over the file\n");
        replaced--;
        notify(path);
        changed();
        new_file(path) }
    :: atomic { moved > 0 && path != 0 && aside == 0 ->
        say("%d: the file is moved aside\n");
        moved--;
        notify(path);
        changed();
        aside = path;
        path = 0 }
    :: atomic { aside != 0 ->
        say("%d: the file is moved back\n");
        notify(path);
        notify(aside);
        changed();
        path = aside;
        aside = 0 }
#ifdef DIRECTORY_MOVED
    :: atomic { parent == 0 && path != 0 ->
        say("%d: the file is moved to a new directory, which replaces its parent\n");
        parent = 1;
        notify(path) }
#endif
    od
}

init
{
    byte n = 1;
    atomic {
        run others();
        do
        :: n <= PROCESSES -> run user(n); n++
        :: else -> break
        od;
        n = 0
    }
}
