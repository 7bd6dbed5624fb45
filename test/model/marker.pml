// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// The markers of soft_file_lock. An atomic step is one system call on what others see; what a
// process knows by itself goes with the call before it. `run` checks these configurations:
//
//     OURS=N       processes of ours (2 or 3); each takes the lock up to ROUNDS times
//     PYTHON=N     a Python peer takes it N times, and breaks, as Python peers do, BREAKS times
//     NETWORK      network rules, else local ones
//     IN_PLACE=N   so many of ours cannot publish a marker whole
//     NO_PAUSE     with network rules: nobody is stopped from his last look to the removal
//     WEDGE        only that nobody is shut out for ever; else also that there is one holder
//
// What may not be left out, or done otherwise, is where a name says so: NO_FINAL_CHECK, RENAME_BREAK,
// BARE_UNLINK, KEEPS_TEXT, TRUSTS_PATH, LEAVES_OTHERS.
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

inline forget(f)
{
    if
    :: f != 0 && path != f && !any(aside, f) && !any(mine, f) && !any(theirs, f) && !any(got, f) ->
        maker[f] = 0; content[f] = 0; witness[f] = 0; right[f] = 0; old[f] = 0; litter[f] = 0
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
    mine[p] = k;
    k = 0
}

inline unlink(name, p)
{
    spares(name, p);
    k = name; name = 0;
    forget(k);
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

inline die(p)
{
    dead[p] = 1;
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
        maker[k] = 0; content[k] = 0; witness[k] = 0; right[k] = 0; old[k] = 0; litter[k] = 0;
        k++
    :: else -> break
    od;
    k = 0
}

#define say(what) printf(what, p)
#define go(where) at = (where)

#include "ours.pml"
#include "python.pml"

init
{
    byte n = 1;
    atomic {
        dead[CORPSE] = 1;
        if
        :: skip // vacant
        :: path = 1; maker[1] = CORPSE; content[1] = WHOLE
        :: path = 1; maker[1] = CORPSE; content[1] = EMPTY
        fi;
        do
        :: n <= OURS -> run ours(n, n <= IN_PLACE); n++
        :: else -> break
        od;
#if PYTHON > 0
        run python(PEER);
#endif
        n = 0
    }
}
