// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// The claims of strict_soft_file_lock: `intent` and `held`, each with the token of its attempt. An
// atomic step is one system call that others can observe, or the sight of one name in a scan. The
// sentinel never changes, and is left out. `run` checks these configurations:
//
//     PROCESSES=N  2 to 4. Each acquires as often as it likes.
//     STEADY       for the search for a livelock: at some time processes become quick, as below
//     CALM         all processes are quick from the beginning, and none dies
//     ONCE         with CALM: each process makes one attempt, like a try_ form. One must acquire.
//
// A fresh token may have any place in the order of the tokens that are there.
//
// Scans are called looks: the first for any claim, the second after `intent` was published, the
// last after `held` was linked. Names are seen one at a time, in any order. A name that is there
// during the whole scan is seen. A name that is created or removed meanwhile may be seen or not;
// that includes a claim that is gone when it is read. `must_see` has the names that a scan cannot
// miss any more. The second and the last look begin with the call before them, because a later
// begin lets them miss no more. A look ends with the call after it, or with the name that decides
// it. A sight that decides nothing is no step. A process always sees its own claims.
//
// Any process may die between any two steps. Its claims stay until an operator removes them with
// force_break, in any order. Until the first is removed, it counts as a holder if it held. An
// attempt that begins after the death does not acquire until all are removed. A withdrawal that
// cannot unlink a claim has the same effect as a death. A release that cannot unlink the first
// claim changes nothing.
//
// Two properties are required. No two processes hold at once. Some process acquires, again and
// again, while a process wants the lock: otherwise spin reports a livelock, which is a non-progress
// cycle under weak fairness. The second property rests on the rule of the last look: a process that
// finds only a smaller intent in its way keeps its claims and looks again, for at most 50 ms. The
// rule assumes that a process is quick:
// - From the begin of its first look, a process needs less than 50 ms until it has linked `held` or
//   has withdrawn its intent.
//   With KEEPS_INTENT its wait in the second look is not included, because a held claim ends it.
// - It needs less than 50 ms between the two unlinks of a withdrawal or release.
// Then each smaller intent is removed or gets its `held` within the 50 ms, and the time never ends
// before that. If a process is slower, was stopped or has died, the time may end at any moment.
// With STEADY this happens until some state, which may be any. From there on it happens only
// because of a dead process, until the operator has removed the claims.
//
// The second property is about all processes together. A single process may be overtaken for ever.
// The property is lost if processes are slow again and again, or if deadlines end the 50 ms again
// and again. Random pauses between attempts make a livelock unlikely. The model has no pauses.
//
// The second property holds for two processes. It does not hold for three. A first look may miss a
// succession of claims, though at every moment one of them is there: the first is removed before it
// is seen, and the next one is created behind the scan. The process then publishes its intent, and
// sees a smaller intent, which is being withdrawn for the same reason. Each of these changes
// prevents it, as long as at most two processes are without the change:
//
//     WHOLE_LOOK      The first look sees one state of the directory: the listing is atomic, and
//                     each name counts, even if the claim is gone when it is read.
//     KEEPS_INTENT=N  The first N processes use the rule of the last look in the second look, too.
//     LINKS_ANYWAY=N  The first N processes ignore smaller intents in the second look. Processes of
//                     this library do, Python's do not.
//
// Each rule that can be omitted or changed has a name for that: NO_FIRST_LOOK, NO_SECOND_LOOK,
// NO_LAST_LOOK, PASSES_HELD, IGNORES_INTENTS, INTENT_WITHDRAWN, INTENT_RENAMED, HELD_WITHDRAWN,
// NO_RESCAN, YIELDS_TO_LARGER. Another change does no harm: INTENT_FIRST, which is the other order
// of the two unlinks.
//
// Other events are enabled by name:
//
//     SLOW                 with STEADY: processes are slow again and again
//     NO_OPERATOR          with STEADY: no operator removes a claim
//     FIRST_ALONE          only acquisitions of the first process count, which never stops
//     SECOND_UNLINK_FAILS  a release cannot unlink the second claim, and the process counts as a
//                          holder

#ifndef PROCESSES
#define PROCESSES 2
#endif
#ifndef KEEPS_INTENT
#define KEEPS_INTENT 0
#endif
#ifndef LINKS_ANYWAY
#define LINKS_ANYWAY 0
#endif

// Sets of processes have a bit for each.
byte intents;          // the intent of the process is there
byte helds;            // its `held` is there
byte dead;
byte rank[5];          // the place of its token in the order of all tokens with a claim; 0: none
byte must_see[5];      // the intents that its scan cannot miss any more
byte must_see_held[5]; // likewise
bit holds[5];
byte left[5];          // the dead processes that have had a claim there since its attempt began
bit steady;            // all processes are quick
#ifdef ONCE
bit won; // a process has acquired
#endif

#define self (1 << p)
#define say(what) printf(what, p)
#define claims (intents | helds)
#define others(set) ((set) & ~self)
#define before(q) (rank[q] != 0 && rank[q] < rank[p])
#define smaller (before(1) << 1 | before(2) << 2 | before(3) << 3 | before(4) << 4)
#ifdef FIRST_ALONE
#define may_end (p != 1)
#else
#define may_end 1
#endif
#define keeps_intent (p <= KEEPS_INTENT)
#define saw_all (must_see[p] == 0 && must_see_held[p] == 0)

// Whether the 50 ms may end
#if defined(CALM)
#define may_expire 0
#elif defined(STEADY)
#define may_expire (!steady || (dead & claims))
#else
#define may_expire 1
#endif
#ifdef CALM
#define mortal 0
#else
#define mortal 1
#endif

// What decides a scan, or counts in it
#ifdef PASSES_HELD
#define second_helds 0
#else
#define second_helds others(helds)
#endif
#define second_intents (p <= LINKS_ANYWAY -> 0 : intents & smaller)
#ifdef IGNORES_INTENTS
#define last_intents 0
#else
#define last_intents (intents & smaller)
#endif
#ifdef YIELDS_TO_LARGER
#define last_helds others(helds)
#else
#define last_helds (helds & smaller)
#endif

inline begin_scan(in_intents, in_helds)
{
    must_see[p] = in_intents;
    must_see_held[p] = in_helds
}

inline end_scan()
{
    begin_scan(0, 0)
}

inline take_token()
{
    if
    :: place = 1
    :: rank[1] >= 1 || rank[2] >= 1 || rank[3] >= 1 || rank[4] >= 1 -> place = 2
    :: rank[1] >= 2 || rank[2] >= 2 || rank[3] >= 2 || rank[4] >= 2 -> place = 3
    :: rank[1] >= 3 || rank[2] >= 3 || rank[3] >= 3 || rank[4] >= 3 -> place = 4
    fi;
    rank[1] = rank[1] + (rank[1] >= place);
    rank[2] = rank[2] + (rank[2] >= place);
    rank[3] = rank[3] + (rank[3] >= place);
    rank[4] = rank[4] + (rank[4] >= place);
    rank[p] = place;
    place = 0
}

inline drop_token(q)
{
    if
    :: (claims & (1 << q)) == 0 ->
        rank[1] = rank[1] - (rank[1] > rank[q] && q != 1);
        rank[2] = rank[2] - (rank[2] > rank[q] && q != 2);
        rank[3] = rank[3] - (rank[3] > rank[q] && q != 3);
        rank[4] = rank[4] - (rank[4] > rank[q] && q != 4);
        rank[q] = 0
    :: else
    fi
}

inline unlink_intent(q)
{
    intents = intents & ~(1 << q);
    must_see[1] = must_see[1] & ~(1 << q);
    must_see[2] = must_see[2] & ~(1 << q);
    must_see[3] = must_see[3] & ~(1 << q);
    must_see[4] = must_see[4] & ~(1 << q);
    drop_token(q)
}

inline unlink_held(q)
{
    helds = helds & ~(1 << q);
    must_see_held[1] = must_see_held[1] & ~(1 << q);
    must_see_held[2] = must_see_held[2] & ~(1 << q);
    must_see_held[3] = must_see_held[3] & ~(1 << q);
    must_see_held[4] = must_see_held[4] & ~(1 << q);
    drop_token(q)
}

#ifdef INTENT_FIRST
#define first_unlink(q) unlink_intent(q)
#define second_unlink(q) unlink_held(q)
#else
#define first_unlink(q) unlink_held(q)
#define second_unlink(q) unlink_intent(q)
#endif

inline hold()
{
#ifdef ONCE
    won = 1;
#endif
    holds[p] = 1;
    assert(holds[1] + holds[2] + holds[3] + holds[4] <= 1)
}

inline die()
{
    say("%d: dies\n");
    dead = dead | self;
    end_scan();
    left[p] = 0;
    seen = 0
}

proctype user(byte p)
{
    bit seen; // the look has seen a smaller intent
    byte place;

idle:
    if
#ifndef ONCE
    :: atomic { may_end -> goto end_of_process }
#endif
#ifdef WHOLE_LOOK
    :: atomic { others(claims) == 0 -> skip }
    :: atomic { others(claims) -> goto sees_claim }
#else
    :: atomic {
        say("%d: begins its first look\n");
        left[p] = dead & claims;
#ifndef NO_FIRST_LOOK
        begin_scan(others(intents), others(helds))
#endif
        }
#endif
    fi;

first_look:
    if
#if !defined(NO_FIRST_LOOK) && !defined(WHOLE_LOOK)
    :: atomic { others(claims) -> goto sees_claim }
#endif
    :: atomic { saw_all ->
        say("%d: sees no claim, publishes its intent\n");
        take_token();
        intents = intents | self;
#ifndef NO_SECOND_LOOK
        begin_scan(second_intents, second_helds)
#endif
        }
    :: atomic { mortal -> die(); goto end_of_process }
    fi;

second_look:
    if
#ifndef NO_SECOND_LOOK
    :: atomic { second_helds ->
        say("%d: sees a held claim\n");
        end_scan();
        seen = 0;
        goto withdraw_intent }
    :: atomic { !keeps_intent && second_intents ->
        say("%d: sees a smaller intent\n");
        end_scan();
        goto withdraw_intent }
    :: atomic { keeps_intent && !seen && second_intents ->
        say("%d: sees a smaller intent\n");
        seen = 1;
        must_see[p] = 0;
        goto second_look }
    :: atomic { seen && saw_all ->
        say("%d: looks again\n");
        seen = 0;
        begin_scan(second_intents, second_helds);
        goto second_look }
    :: atomic { seen && saw_all && may_expire ->
        say("%d: waits no longer\n");
        seen = 0;
        goto withdraw_intent }
#endif
    :: atomic { !seen && saw_all ->
        say("%d: sees nothing in its way, links held\n");
        helds = helds | self;
#ifdef INTENT_RENAMED
        unlink_intent(p);
#endif
#ifndef NO_LAST_LOOK
        begin_scan(last_intents, last_helds)
#endif
        }
    :: atomic { mortal -> die(); goto end_of_process }
    fi;

last_look:
    if
#ifndef NO_LAST_LOOK
    :: atomic { last_helds ->
        say("%d: sees a smaller held claim\n");
        end_scan();
        seen = 0;
        goto withdraw }
    :: atomic { !seen && last_intents ->
        say("%d: sees a smaller intent\n");
        seen = 1;
        must_see[p] = 0;
        goto last_look }
#ifndef NO_RESCAN
    :: atomic { seen && saw_all ->
        say("%d: looks again\n");
        seen = 0;
        begin_scan(last_intents, last_helds);
        goto last_look }
    :: atomic { seen && saw_all && may_expire ->
#else
    :: atomic { seen && saw_all ->
#endif
        say("%d: waits no longer\n");
        seen = 0;
        goto withdraw }
#endif
    :: atomic { !seen && saw_all ->
        say("%d: holds\n");
        assert(left[p] == 0);
        hold() }
    :: atomic { mortal -> die(); goto end_of_process }
    fi;

#ifdef FIRST_ALONE
    if
    :: p != 1 -> goto holding
    :: else
    fi;
#endif
progress_wins:
    skip;

holding:
#ifdef INTENT_WITHDRAWN
    atomic { say("%d: withdraws its intent\n"); unlink_intent(p) };
#endif
#ifdef HELD_WITHDRAWN
    atomic { say("%d: withdraws held\n"); unlink_held(p) };
#endif
    if
    :: atomic { true ->
        say("%d: releases, unlinks one claim\n");
        holds[p] = 0;
        first_unlink(p) }
    :: atomic { mortal -> die(); goto end_of_process }
    fi;
#ifdef SECOND_UNLINK_FAILS
    if
    :: atomic { true ->
        say("%d: cannot unlink the other claim, and counts as a holder\n");
        hold() }
    :: atomic { true -> goto withdraw_rest }
    fi;
    atomic { say("%d: releases again\n"); holds[p] = 0 };
#endif
    goto withdraw_rest;

sees_claim:
    atomic {
        say("%d: sees a claim\n");
        end_scan();
        left[p] = 0;
        goto again
    };

withdraw:
    if
    :: atomic { true ->
        say("%d: withdraws, unlinks one claim\n");
        first_unlink(p) }
    :: atomic { mortal -> die(); goto end_of_process }
    fi;

withdraw_rest:
    if
    :: atomic { true ->
        say("%d: unlinks the other claim\n");
        second_unlink(p);
        goto again }
    :: atomic { mortal -> die(); goto end_of_process }
    fi;

withdraw_intent:
    if
    :: atomic { true ->
        say("%d: withdraws its intent\n");
        unlink_intent(p);
        goto again }
    :: atomic { mortal -> die(); goto end_of_process }
    fi;

again:
#ifndef ONCE
    goto idle;
#else
    goto end_of_process;
#endif

end_of_process:
    skip
}

#define left_in(set, q) (dead & (set) & (1 << q))

inline choose(set)
{
    if
    :: left_in(set, 1) -> p = 1
    :: left_in(set, 2) -> p = 2
    :: left_in(set, 3) -> p = 3
    :: left_in(set, 4) -> p = 4
    fi
}

inline broken()
{
    holds[p] = 0;
    if
    :: !left_in(claims, p) ->
        left[1] = others(left[1]);
        left[2] = others(left[2]);
        left[3] = others(left[3]);
        left[4] = others(left[4])
    :: else
    fi;
    p = 0
}

proctype operator()
{
    byte p;

end:
    do
#ifndef NO_OPERATOR
    :: atomic { dead & intents ->
        choose(intents);
        say("%d: its intent is removed by an operator\n");
        unlink_intent(p);
        broken() }
    :: atomic { dead & helds ->
        choose(helds);
        say("%d: its held claim is removed by an operator\n");
        unlink_held(p);
        broken() }
#endif
#if defined(STEADY) && !defined(SLOW)
    :: atomic { !steady -> steady = 1 }
#endif
    od
}

init
{
    byte n = 1;
    atomic {
        run operator();
        do
        :: n <= PROCESSES -> run user(n); n++
        :: else -> break
        od;
        n = 0
    }
#ifdef ONCE
    atomic { _nr_pr == 2 -> assert(won) }
#endif
}
