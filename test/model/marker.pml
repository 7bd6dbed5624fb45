// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// The markers of soft_file_lock and soft_file_lease. An atomic step is one system call that others can observe. What a
// process does without an effect on others goes with the call before it. `run` checks these
// configurations:
//
//     OURS=N       processes of this library (2 or 3); each acquires the lock up to ROUNDS times
//     PYTHON=N     a Python peer acquires it N times, and evicts BREAKS times, as Python peers do
//     NETWORK      the rules for network storage, otherwise those for local storage
//     IN_PLACE=N   the first N of ours cannot publish a complete marker
//     SLOW=N       the last N of ours publish by a private file and link
//     REUSED       a new file may get the number of a removed file that is still open (network)
//     TWINS        the first two of ours are owners of one process: their records are the same
//     FORCED=N     the marker at the path is removed N times, whether it is held or not
//     SETTLES      network rules: the last look waits (below)
//     RENUMBERED   a live marker gets another number, as after a server's fail-over (with FORCED)
//     RESENT       a completed link may be reported as EEXIST, as after a request sent twice
//     NAMED        a descriptor leads to the file that has the name now, as on some FUSE servers
//     NO_PAUSE     network rules: no process is stopped between its last look and the removal
//     EXPIRES      a lease: the time of a marker passes at any moment, unless its owner refreshes it.
//                  The owner's hold is over by then, whether the owner knows or not
//     WEDGE        checks only that no process is shut out forever; otherwise the check is also
//                  that there is one holder at most
//
// Each rule that can be omitted or changed has a name for that: NO_FINAL_CHECK, RENAME_BREAK,
// BARE_UNLINK, KEEPS_TEXT, TRUSTS_PATH, LEAVES_OTHERS, CHECKS_NUMBER, RELEASES_BY_NUMBER,
// BREAKS_BY_NUMBER, FORGETS_PUBLISHER, REGISTERS_LATE, REGISTERS_FIRST, WRITES_FIRST,
// TRUSTS_EEXIST, NO_LAST_LOOK, UNFLUSHED, TRUNCATES_LOST, NO_NUMBER, NO_RIGHT.
//
// On network storage a marker is compared as follows: a fresh open of the path reads our text, the
// number is ours, and this process has published nothing there since. Creating a name and
// registering its publisher is one step, because nothing else of the process asks or publishes in
// between. Modification times are not compared: two files may have the same time where the server's
// clock is coarse. With NO_PAUSE a comparison and the removal after it are one step, since network
// storage has no call that does both. RELEASE_PAUSES separates them for a release. With SETTLES a
// publisher's last look waits until every removal that was decided before its marker was complete
// is done or given up. That requires a bound on the time between the two.
//
// Any process may die, or be stopped, between any two calls. Among processes of this library the
// rules hold all the same. A Python peer that evicts can vacate the path while a process of this
// library has the removal right. Beside such a peer there can be two holders, but only after one of
// these events. A run ends at the event, unless the configuration names it:
//
//     MISTAKEN     the Python peer moves a marker that it has not judged, or writes after the grace
//                  period
//     BEREFT       an evicting process dies with a living owner's marker under its temporary name
//     CROSSED      an evicting process gets in exchange what another one has put there, which is
//                  not done
//     PAUSED       an evicting process exchanges back and gets a third one's marker; before it can
//                  exchange again, another process acts

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

// Processes, by number; 0 means none.
#define PEER (OURS + 1)
#define CORPSE (OURS + 2) // a process that died before the start
#define PROCESSES (OURS + 2)
#define FILES (2 * OURS + 4 + PYTHON)

// The content of a file. After each of these steps the file has another modification time.
#define EMPTY 0
#define WHOLE 1
#define TRUNCATED 2

// Files, by number; 0 means none. Unreachable files are forgotten.
byte maker[FILES];
byte content[FILES];
bit witness[FILES];
byte right[FILES]; // the process with the removal right
bit old[FILES];    // past the grace period, and so past its creator's second
bit litter[FILES]; // has a name that no process will use again

#ifdef EXPIRES
bit expired[FILES]; // was not refreshed in time
#define LEASES 1
#define is_expired(f) expired[f]
#define forget_age(f) ; expired[f] = 0
#else
#define LEASES 0
#define is_expired(f) 0
#define forget_age(f)
#endif

byte path;              // the file that the path names
byte aside[PROCESSES]; // the file that each temporary name names
byte mine[PROCESSES];   // open: the process's own marker
byte theirs[PROCESSES]; // open: the marker that it has judged
byte got[PROCESSES];    // open: the marker that it got in exchange
bit holds[PROCESSES];
bit breaks[PROCESSES]; // its marker has been exchanged, and may go back
bit dead[PROCESSES + 1];
byte running = OURS + (PYTHON > 0);
bit over; // an event excuses what follows
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
byte renumbered; // a file that has another number now
#endif

#ifdef TWINS
byte last;             // the twin that published last
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
bit judges[PROCESSES]; // has judged, and has not acted yet
bit before[PROCESSES]; // had judged before the last link
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

// Whether a fresh open of the path reads what p wrote.
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
#define is_acquired(p) (path == mine[p]) // from its own cache
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
// Two hosts may have the same name. Therefore on network storage the pid of a record of another
// boot, or of no boot, proves nothing. Such a marker counts as gone only if by the storage's clock
// it is over a minute older than this boot: the processes that this host had then have ended. A
// younger marker of a host with the same name counts as held. An older one is taken for gone,
// although its writer may live: a heartbeat keeps a marker young, and a marker without heartbeats
// is not safe there.
#define is_gone(f) (dead[maker[f]] && !witness[f])
#define is_stale(f) (is_gone(f) || is_expired(f))
#define is_removable(f) ((content[f] == WHOLE && is_stale(f)) || (content[f] != WHOLE && old[f]))

#define excuse over = 1
#ifdef WEDGE
#define spares(f, p) skip
#else
// No process of this library removes the marker by which another process holds the lock.
#define spares(f, p) assert(f == 0 || !is_held_by_others(f, p))
#endif

inline check()
{
    // A complete marker that its living creator has given up would never be removed.
    assert(path == 0 || content[path] != WHOLE || maker[path] > OURS || dead[maker[path]] ||
           mine[maker[path]] == path || over);
#ifndef WEDGE
    assert(holders <= 1 || over)
#endif
}

// At the end another process can acquire the lock, if necessary after the grace period. (A marker
// that was restored after a Python peer had released it stays until the peer ends: the peer would
// have to empty it.)
inline end()
{
    running--;
    assert(running > 0 || path == 0 || (right[path] == 0 &&
           (content[path] != WHOLE || is_stale(path) || maker[path] == PEER)))
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
        forget_age(f) forget_number(f)
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

// No process will use the temporary name again.
inline leave(p)
{
    k = aside[p]; aside[p] = 0;
    litter[k] = (k != 0);
    forget(k);
    k = 0
}

inline lock(f, p)
{
#ifdef NO_RIGHT
    skip
#else
    right[f] = p
#endif
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

// Truncates what a lost hold has open. The code first asks the descriptor which file it is.
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

// The run ends for every process.
inline forget_all(p)
{
    path = 0; mine[p] = 0; theirs[p] = 0; got[p] = 0; aside[p] = 0; holds[p] = 0; breaks[p] = 0;
    k = 1;
    do
    :: k < FILES ->
        maker[k] = 0; content[k] = 0; witness[k] = 0; right[k] = 0; old[k] = 0; litter[k] = 0
        forget_age(k) forget_number(k);
        k++
    :: else -> break
    od;
    k = 0
}

// Others see an empty file until the writer's cache is flushed.
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
// A removal by hand, by break_lock() or by age: the holder no longer holds the lock, and has to
// detect that.
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
        :: skip // the path is vacant
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
