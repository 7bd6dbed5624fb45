// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// The markers of soft_file_lock. An atomic step is one system call on what others see; what a
// process knows by itself goes with the call before it. `run` checks these configurations:
//
//     OURS=N       processes of ours (2 or 3); each takes the lock up to ROUNDS times
//     PYTHON=N     a Python peer takes it N times, and breaks, as Python peers do, BREAKS times
//     NETWORK      network rules, else local ones
//     IN_PLACE=N   so many of ours, the first ones, cannot publish a marker whole
//     SLOW=N       so many of ours, the last ones, publish by a private file and link
//     REUSED       a new file may get the number of a removed file that is still open (network)
//     TWINS        the first two of ours are owners of one process: their records are the same
//     FORCED=N     N times somebody removes the marker at the path, whoever holds it
//     SETTLES      network rules: the last look waits (below)
//     RENUMBERED   a live marker gets another number, as after a server's fail-over (with FORCED)
//     RESENT       a link that is done may be reported as EEXIST, as after a request sent twice
//     NAMED        a descriptor leads to the file that has the name now, as on some FUSE servers
//     NO_PAUSE     with network rules: nobody is stopped from his last look to the removal
//     WEDGE        only that nobody is shut out for ever; else also that there is one holder
//
// What may not be left out, or done otherwise, is where a name says so: NO_FINAL_CHECK, RENAME_BREAK,
// BARE_UNLINK, KEEPS_TEXT, TRUSTS_PATH, LEAVES_OTHERS, CHECKS_NUMBER, RELEASES_BY_NUMBER,
// BREAKS_BY_NUMBER, FORGETS_PUBLISHER, REGISTERS_LATE, REGISTERS_FIRST, WRITES_FIRST, TRUSTS_EEXIST,
// NO_LAST_LOOK, UNFLUSHED, TRUNCATES_LOST, NO_NUMBER.
//
// The network's comparison: a fresh open of the path reads our text, the number is ours, and this
// process has published nothing there since. To make a name and to register its publisher is one step:
// nothing else of the process asks or publishes in between. Modification times are not compared: two
// files may have the same one where the server's clock is coarse. With NO_PAUSE a comparison and the
// removal after it are one step, since network storage has no call that does both; RELEASE_PAUSES parts
// them for a release. With SETTLES a publisher looks last of all when every removal that was judged
// before its marker was whole is done or given up, which takes a bound on the time between the two.
//
// Anybody may die, or be stopped, between any two calls. Among ours nothing comes of it. Beside a
// Python breaker, who can vacate the path while one of ours has the right of removal, there can be two
// holders, after one of these and nothing else. A run ends there, unless it is named:
//
//     MISTAKEN     the Python peer moves what he has not judged, or writes after the grace
//     BEREFT       a breaker dies with the marker of somebody alive under his private name
//     CROSSED      a breaker gets in exchange what another breaker has put there, who is not done
//     PAUSED       a breaker exchanges back, gets a third one's marker, and before he can exchange
//                  again somebody acts

#ifndef OURS
#define OURS 2
#endif
#ifndef ROUNDS
#define ROUNDS 1
#endif
#ifndef PYTHON
#define PYTHON 0
#endif
#ifndef BREAKS
#define BREAKS 2
#endif
#ifndef IN_PLACE
#define IN_PLACE 0
#endif
#ifndef SLOW
#define SLOW 0
#endif
#ifndef FORCED
#define FORCED 0
#endif
#ifdef NETWORK
#define LOCAL 0
#else
#define LOCAL 1
#endif

#if defined(PAUSED) || defined(LEAVES_OTHERS)
#undef PAUSED
#define PAUSED 1
#else
#define PAUSED 0
#endif

// Processes, by number; 0 is none.
#define PEER (OURS + 1)
#define CORPSE (OURS + 2) // whoever has died before
#define PROCESSES (OURS + 2)
#define FILES (2 * OURS + 4 + PYTHON)

// What is in a file; after each of these steps it has another time of modification.
#define EMPTY 0
#define WHOLE 1
#define TRUNCATED 2

// Files, by number; 0 is none. Those whom nobody can reach are forgotten.
byte maker[FILES];
byte content[FILES];
bit witness[FILES];
byte right[FILES]; // who has the right of removal
bit old[FILES];    // past the grace, and so past its maker's second
bit litter[FILES]; // has a name that nobody will use again

byte path;              // what it names
byte aside[PROCESSES]; // what the private name of each names
byte mine[PROCESSES];   // open: his own marker
byte theirs[PROCESSES]; // open: what he has judged
byte got[PROCESSES];    // open: what he got in exchange
bit holds[PROCESSES];
bit breaks[PROCESSES]; // his marker has been exchanged, and may go back
bit dead[PROCESSES + 1];
byte running = OURS + (PYTHON > 0);
bit over; // something came up that excuses what follows
byte k;

#ifdef REUSED
byte number[FILES];
byte freed; // the number of a removed file that is open
byte fresh;
#define is_same_number(f, g) (number[f] == number[g])
#else
#define is_same_number(f, g) (f == g)
#endif

#ifdef RENUMBERED
byte renumbered; // a file that has another number by now
#endif

#ifdef TWINS
byte last;             // of the twins, the one that published last
bit killed[PROCESSES]; // by the death of its twin
#define process_of(p) (p == 2 -> 1 : p)
#define is_killed(p) killed[p]
#else
#define process_of(p) p
#define is_killed(p) 0
#endif
#if defined(TWINS) && !defined(FORGETS_PUBLISHER)
#define is_last(p) (p > 2 || last == p)
#else
#define is_last(p) 1
#endif
#ifdef TWINS
#define register(p) last = (p <= 2 -> p : last)
#else
#define register(p) skip
#endif

#ifdef SETTLES
bit judges[PROCESSES]; // has judged, and not yet acted
bit before[PROCESSES]; // did so before the last link
#define judge_now(p) judges[p] = 1
#define act(p) judges[p] = 0; before[p] = 0
#define start_settling() before[1] = judges[1]; before[2] = judges[2]; before[3] = judges[3]
#define has_settled() (!before[1] && !before[2] && !before[3])
#else
#define judge_now(p) skip
#define act(p) skip
#define start_settling() skip
#define has_settled() 1
#endif

// A fresh open of the path reads what p wrote.
#ifdef RENUMBERED
#define has_number_of(p) (path != 0 && path != renumbered && is_same_number(path, mine[p]))
#else
#define has_number_of(p) (path != 0 && is_same_number(path, mine[p]))
#endif
#define reads_text_of(p) (path != 0 && content[path] == WHOLE && \
    process_of(maker[path]) == process_of(p) && is_last(p))
#ifdef NO_NUMBER
#define reads_as(p) reads_text_of(p)
#else
#define reads_as(p) (reads_text_of(p) && has_number_of(p))
#endif
#ifdef CHECKS_NUMBER
#define is_acquired(p) has_number_of(p)
#elif defined(NO_LAST_LOOK)
#define is_acquired(p) 1
#elif defined(UNFLUSHED)
#define is_acquired(p) (path == mine[p]) // out of its own cache
#elif defined(REUSED)
#define is_acquired(p) reads_as(p)
#else
#define is_acquired(p) (path == mine[p])
#endif
#ifdef RELEASES_BY_NUMBER
#define is_mine(p) has_number_of(p)
#elif defined(REUSED)
#define is_mine(p) reads_as(p)
#else
#define is_mine(p) (path == mine[p])
#endif

#if OURS == 2
#define any(A, f) (A[1] == f || A[2] == f || A[3] == f)
#define holders (holds[1] + holds[2] + holds[3])
#define is_held_by_others(f, p) ((p != 1 && holds[1] && mine[1] == f) || \
    (p != 2 && holds[2] && mine[2] == f) || (p != 3 && holds[3] && mine[3] == f))
#else
#define any(A, f) (A[1] == f || A[2] == f || A[3] == f || A[4] == f)
#define holders (holds[1] + holds[2] + holds[3] + holds[4])
#define is_held_by_others(f, p) ((p != 1 && holds[1] && mine[1] == f) || \
    (p != 2 && holds[2] && mine[2] == f) || (p != 3 && holds[3] && mine[3] == f) || \
    (p != 4 && holds[4] && mine[4] == f))
#endif
#define has_name(f) (path == f || litter[f] || any(aside, f))
// Two hosts may have one name. So the pid of a record of another boot, or of none, proves nothing on
// network storage. Such a marker is gone only if by the storage's clock it is over a minute older than
// this boot: the processes that this host had then have ended. A namesake's younger marker counts as
// held. A namesake's older one is taken for gone, although its writer may live: a heartbeat keeps a
// marker young, a marker without one is not safe there.
#define is_gone(f) (dead[maker[f]] && !witness[f])
#define is_removable(f) ((content[f] == WHOLE && is_gone(f)) || (content[f] != WHOLE && old[f]))

#define excuse over = 1
#ifdef WEDGE
#define spares(f, p) skip
#else
// Nobody of ours takes away what somebody else holds by.
#define spares(f, p) assert(f == 0 || !is_held_by_others(f, p))
#endif

inline check()
{
    // What its maker has given up, who lives, nobody will ever remove.
    assert(path == 0 || content[path] != WHOLE || maker[path] > OURS || dead[maker[path]] ||
           mine[maker[path]] == path || over);
#ifndef WEDGE
    assert(holders <= 1 || over)
#endif
}

// In the end another can enter, if need be after the grace. (What was put back when a Python peer had
// released it is there until he ends: he would have to empty it.)
inline end()
{
    running--;
    assert(running > 0 || path == 0 || (right[path] == 0 &&
           (content[path] != WHOLE || is_gone(path) || maker[path] == PEER)))
}

#ifdef REUSED
#define is_numbered(n) (number[1] == n || number[2] == n || number[3] == n || number[4] == n || \
    number[5] == n || number[6] == n || number[7] == n || is_numbered_more(n))
#if FILES <= 8
#define is_numbered_more(n) 0
#elif FILES == 9
#define is_numbered_more(n) number[8] == n
#else
#define is_numbered_more(n) (number[8] == n || number[9] == n || number[FILES - 1] == n)
#endif
inline give_number(f)
{
    if
    :: freed != 0 -> number[f] = freed; freed = 0
    :: true ->
        fresh = 1;
        do
        :: is_numbered(fresh) -> fresh++
        :: else -> break
        od;
        number[f] = fresh; fresh = 0
    fi
}
#define free_number(f) freed = (f != 0 && maker[f] != 0 && !has_name(f) -> number[f] : freed)
#ifdef RENUMBERED
#define forget_renumbered(f) renumbered = (renumbered == f -> 0 : renumbered);
#else
#define forget_renumbered(f)
#endif
#define forget_number(f) ; \
    number[f] = 0; forget_renumbered(f) freed = (freed != 0 && is_numbered(freed) -> freed : 0)
#else
#define give_number(f) skip
#define free_number(f) skip
#define forget_number(f)
#endif

inline forget(f)
{
    if
    :: f != 0 && path != f && !any(aside, f) && !any(mine, f) && !any(theirs, f) && !any(got, f) ->
        maker[f] = 0; content[f] = 0; witness[f] = 0; right[f] = 0; old[f] = 0; litter[f] = 0
        forget_number(f)
    :: else
    fi
}

inline make(p, what)
{
    k = 1;
    do
    :: maker[k] != 0 -> k++
    :: else -> break
    od;
    assert(k < FILES);
    maker[k] = p; content[k] = what;
    give_number(k);
    mine[p] = k;
    k = 0
}

inline unlink(name, p)
{
    spares(name, p);
    k = name; name = 0;
    forget(k);
    free_number(k);
    k = 0
}

inline exchange(a, b)
{
    k = a; a = b; b = k;
    k = 0
}

// Nobody will use his private name again.
inline leave(p)
{
    k = aside[p]; aside[p] = 0;
    litter[k] = (k != 0);
    forget(k);
    k = 0
}

inline unlock(f, p)
{
    if
    :: right[f] == p -> right[f] = 0
    :: else
    fi
}

inline close(fd, p)
{
    unlock(fd, p);
    k = fd; fd = 0;
    forget(k);
    k = 0
}

inline close_mine(p)
{
    witness[mine[p]] = 0;
    breaks[p] = 0;
    close(mine[p], p)
}

inline truncate(f)
{
    content[f] = TRUNCATED;
    old[f] = 0
}

// What a hold that is lost has open. The code asks the descriptor first what file it is.
#ifdef NAMED
#define has_name_open(p) has_number_of(p)
#else
#define has_name_open(p) has_name(mine[p])
#endif
inline truncate_lost(p)
{
    if
#ifdef NAMED
    :: has_number_of(p) -> spares(path, p); truncate(path)
#else
    :: has_name(mine[p]) -> truncate(mine[p])
#endif
    :: else
    fi
}

inline end_process(p)
{
    die(p);
#ifdef TWINS
    if
    :: p <= 2 -> die((3 - p)); killed[3 - p] = 1
    :: else
    fi
#endif
}

inline die(p)
{
    dead[p] = 1;
    act(p);
    holds[p] = 0;
    close_mine(p);
    close(theirs[p], p);
    close(got[p], p);
    leave(p)
}

// It ends for all.
inline forget_all(p)
{
    path = 0; mine[p] = 0; theirs[p] = 0; got[p] = 0; aside[p] = 0; holds[p] = 0; breaks[p] = 0;
    k = 1;
    do
    :: k < FILES ->
        maker[k] = 0; content[k] = 0; witness[k] = 0; right[k] = 0; old[k] = 0; litter[k] = 0
        forget_number(k);
        k++
    :: else -> break
    od;
    k = 0
}

// To others a file is empty until its writer's cache is flushed.
#ifdef UNFLUSHED
#define WRITTEN EMPTY
#else
#define WRITTEN WHOLE
#endif

#define say(what) printf(what, p)
#define go(where) at = (where)

#include "ours.pml"
#include "python.pml"

#if FORCED > 0
// A removal by hand, by break_lock() or by age: whoever held holds no more, and has to notice.
proctype remover(byte p)
{
    byte left = FORCED;
    do
    :: atomic { left > 0 && path != 0 ->
        say("%d: removes the marker\n");
        k = (maker[path] == CORPSE -> 0 : maker[path]);
        holds[k] = (mine[k] == path -> 0 : holds[k]);
        left--;
        unlink(path, p) }
#ifdef RENUMBERED
    :: atomic { renumbered == 0 && path != 0 ->
        say("%d: the marker has another number\n");
        renumbered = path }
#endif
    :: atomic { left == 0 || running == 0 || over -> left = 0; break }
    od
}
#endif

init
{
    byte n = 1;
    atomic {
        dead[CORPSE] = 1;
        if
        :: skip // vacant
        :: path = 1; maker[1] = CORPSE; content[1] = WHOLE; give_number(1)
        :: path = 1; maker[1] = CORPSE; content[1] = EMPTY; give_number(1)
        fi;
        do
        :: n <= OURS -> run ours(n, n <= IN_PLACE, n > OURS - SLOW); n++
        :: else -> break
        od;
#if PYTHON > 0
        run python(PEER);
#endif
#if FORCED > 0
        run remover(0);
#endif
        n = 0
    }
}
