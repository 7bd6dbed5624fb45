// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

// `filelock run` beside flock(1): the same shell script with each of them prints the same.

#include "support/other_programs.hpp"
#include "support/privileges.hpp"
#include "support/temporary_directory.hpp"
#include "support/tool.hpp"

#include <boost/filesystem/operations.hpp>

#include <boost/test/data/test_case.hpp>
#include <boost/test/unit_test.hpp>

#include <ostream>
#include <string>

using namespace filelock_test;
namespace fs = boost::filesystem;

namespace {

/// A script of a user. `L` is flock or `filelock run`, and the working directory is empty. A check
/// that the lock is held is always made by flock.
struct script
{
    char const* name;
    char const* text;

    friend std::ostream& operator<<(std::ostream& out, script const& s) { return out << s.name; }
};

script const scripts[] = {
    {"command_runs_under_the_lock",
     R"(L f sh -c 'flock -sn f true || echo held; echo "$@"; exit 3' sh 'a  b' '' -n -- -x
        echo $?; state f)"},
    {"modes", R"(for o in -s --shared -x -e --exclusive -sx -xs -es '-s -s' --shar --excl; do
        echo "[$o]" $(L $o f sh -c 'flock -sn f true && echo shared || echo exclusive'); done)"},
    {"held_exclusively", R"(exec 9>f; flock 9
        for o in -n --nb --nonblock '-w 0' -w0 '--timeout 0' '--wait 0.01' -w.01 -xn -sn '-nE 9' \
            '-n -E9' '--conflict-exit-code 0 -n' '-n --conflict-exit-code=255' '-w 0.01 -E 7' \
            '-nw 1000' '-w 1000 -n' '-nn' '-n -F' '-n -o' '--timeout=0.01' '-nE 1 -E 2' --nonb; do
            L $o f echo ran; echo "[$o] $?"; done; L -n f -c 'echo ran'; echo $?)"},
    {"held_shared", R"(exec 9>f; flock -s 9
        for o in -n -sn -xn '-s -n' '-s -w 1' '-s' '-w 0.01'; do L $o f echo ran; echo "[$o] $?"; done)"},
    {"wait_ends_with_release", R"(exec 9>f; flock 9
        (L -w 100 f echo got; L f echo got; echo $?) 9>&- & flock -u 9; exec 9>&-; wait)"},
    {"wrong_arguments", R"(w() { L "$@" 2>/dev/null; echo "$*: $?"; }
        w; w f; w -n; w f -c; w f -c true b; w f --command; w f --command true b; w -w; w -E
        w -w x f true; w -w '' f true; w -E x f true; w -E 256 f true
        w -E -1 f true; w --nosuch f true; w -q f true; w -oF f true; w -F --close f true
        w -c true f; w ''; w 9x; w -5; w 99999999999; w -w 1s f true; w --timeout; w --shared=1 f true
        w -n -w; w -nE)"},
    {"closed_descriptor", "L 77 2>/dev/null; echo $?; L -u 77 2>/dev/null; echo $?"},
    {"paths_that_cannot_be_opened", R"(: >r; ln -s loop loop
        for p in no/f '' r/f $(printf '%300s' '' | tr ' ' x) loop no/; do
            L "$p" echo ran 2>/dev/null; echo "$?"; done; ls)"},
    {"symbolic_links", R"(: >r; ln -s r l; ln -s new d
        L l sh -c 'flock -n r true || echo held'; L -n d true; echo $?; ls
        exec 9>r; flock 9; L -n l true; echo $?; L -w 0.01 l true; echo $?)"},
    {"directories", R"(mkdir d; for o in '' -s -n -F -o; do
            L $o d sh -c 'flock -n d true || echo held; flock -sn d true || echo held'; echo $?
        done; exec 9<d; flock 9; L -n d true; echo $?; L -w 0.01 d true; echo $?; L -s -n . true
        (L -w 100 d echo got) 9<&- & exec 9<&-; wait)"},
    {"devices", "L -n /dev/null echo ran; echo $?"},
    {"files_are_made_and_kept", R"(umask 027; L f true; stat -c '%a %s' f; chmod 644 f; echo x >f
        L f true; stat -c '%a' f; cat f; L -s g true; ls)"},
    {"lock_descriptors", R"((L 9; state f) 9>f; state f; (L -s 9; flock -sn f echo shared) 9>f
        (L 9; L -u 9; state f) 9>f; (flock 9; L --unlock 9; state f) 9>f; (L -n 9; state f) 9<f
        (L -w 1 9; state f; L -s 9; flock -sn f echo shared; L -n 9; state f) 9<f
        exec 8>f; flock 8; for o in -n '-w 0.01' '-sn' '-nE 5' '-s -w 0.01'; do
            (L $o 9; echo "[$o] $?") 9>f; done)"},
    {"number_with_a_command_is_a_path", "L 9 true; ls"},
    {"unlock_a_path", R"(exec 9>f; flock 9; L -u f sh -c 'echo ran; exit 4'; echo $?; state f
        L -su f true; echo $?; L -us -n f true; echo $?; L -u g sh -c 'flock -n g echo free'; ls)"},
    {"children_inherit_the_lock", R"(p=$(L f sh -c 'sleep 1000 >/dev/null 2>&1 & echo $!'); state f
        kill $p; flock f echo free; p=$(L -s f sh -c 'sleep 1000 >/dev/null 2>&1 & echo $!')
        flock -n f true; echo $?; flock -sn f echo shared; kill $p; flock f echo free)"},
    {"close", R"(L -o f sh -c 'flock -n f true || echo held; find /proc/self/fd -lname "*/f"'
        p=$(L --close f sh -c 'sleep 1000 >/dev/null 2>&1 & echo $!'); state f; kill $p
        L -so f sh -c 'flock -sn f echo shared; flock -n f true || echo held'; L -o f rm f; echo $?
        mkdir d; L -o d sh -c 'flock -n d true || echo held; find /proc/self/fd -lname "*/d"')"},
    {"shell_commands", R"(L f -c 'flock -n f true || echo held; exit 4'; echo $?
        L -n f --command 'echo $0; exit 5'; echo $?; L f -c ''; echo $?; unset SHELL; L f -c 'echo $0'
        export SHELL=; L f -c 'echo $0'; SHELL=/bin/echo; L f -c 'an argument'
        SHELL=/no/shell; L f -c true 2>/dev/null; echo $?)"},
    {"ended_by_a_signal", R"(for s in HUP INT QUIT ABRT KILL USR1 SEGV PIPE ALRM TERM; do
            L f sh -c "ulimit -c 0; kill -$s \$\$"; echo $s $?; done 2>/dev/null; state f)"},
    {"commands_that_cannot_be_executed", R"(: >data; mkdir dir; printf 'echo script $1\n' >script
        chmod +x script; for c in nosuch ./nosuch ./data ./dir '' ./script; do for o in '' -F; do
            L $o f "$c" a 2>err; echo "$c $o $?"; sed 's/.*: //' err; done; done; state f)"},
    {"no_fork", R"(export shell=$$; for o in -F --no-fork '-F -s' -nF ''; do
            L $o f sh -c '[ $PPID = $shell ] && echo replaced; flock -n f true || echo held; exit 6'
            echo "[$o] $?"; done; L -F f sh -c 'exit 6'; echo $?; L -F . sh -c 'flock -n . true || echo held'
        p=$(L -F f sh -c 'sleep 1000 >/dev/null 2>&1 & echo $!'); state f; kill $p)"},
    {"verbose", R"(v() { L --verbose "$@" 2>&1 | sed 's/[0-9.]* sec/N sec/; s/^[a-z]*: /P: /' |
            sort; }
        v f echo hi; v . echo hi; v -u f true; exec 9>f; flock 9; v -n f true
        v -w 0.01 f true; v -E 0 -n f true; v 9)"},
    {"removed_by_the_command", "L f rm f; echo $?; L f sh -c 'mv f g; exit 3'; echo $?; ls"},
    {"closed_streams", R"(L f true <&-; echo $?; L f true >&-; echo $?; L f true 2>&-; echo $?
        L f sh -c 'flock -n f true || echo held' <&- 2>&-; L . sh -c 'exit 2' <&-; echo $?)"},
    {"nested", "L f flock g sh -c 'flock -n f true || flock -n g true || echo held'; L f L"},
    {"ignored_signals_stay_ignored",
     "trap '' HUP USR1; L f sh -c 'kill -HUP $$; echo on'; echo $?"},
    {"help_and_version", R"(for o in -h --help -V --version; do L $o >/dev/null; echo $?; done
        L -n --help >/dev/null; echo $?)"},
};

std::string in_quotes(fs::path const& path)
{
    return "'" + path.string() + "'";
}

outcome run_in(fs::path const& directory, std::string const& locker, char const* text,
               program_setup const& setup = {})
{
    auto const prelude = "cd " + in_quotes(directory) + " || exit; L() { " + locker +
                         " \"$@\"; }; state() { flock -n $1 echo free || echo held; }\n";
    return run_program({"sh", "-c", prelude + text}, setup);
}

void compare(outcome const& ours, outcome const& theirs)
{
    BOOST_TEST(ours.out == theirs.out);
    BOOST_TEST(ours.status == theirs.status);
    BOOST_TEST(theirs.out != "");
}

/// The programs of one side and the other.
words flock_with(words const& arguments)
{
    words result{"flock"};
    result.insert(result.end(), arguments.begin(), arguments.end());
    return result;
}

using side = words (*)(words const&);
words run_with(words const& arguments)
{
    return tool("run", arguments);
}

struct pair
{
    char const* name;
    side holder, contender;

    friend std::ostream& operator<<(std::ostream& out, pair const& p) { return out << p.name; }
};

pair const pairs[] = {{"flock_then_run", flock_with, run_with},
                      {"run_then_flock", run_with, flock_with},
                      {"run_then_run", run_with, run_with}};

} // namespace

BOOST_AUTO_TEST_SUITE(run_beside_flock, *boost::unit_test::precondition(have_flock))

BOOST_DATA_TEST_CASE(script_prints_the_same, scripts, s)
{
    temporary_directory const ours, theirs;
    compare(run_in(ours.directory, in_quotes(tool_path()) + " run", s.text),
            run_in(theirs.directory, "flock", s.text));
}

script const readable[] = {
    {"read_only_files", R"(L f sh -c 'flock -n f true || echo held'; echo $?; L -s f echo shared
        L -n f echo ran; L -w 0.01 f echo ran; (L 9; state f) 9<f; L -F f echo ran
        exec 9<f; flock 9; L -n f true; echo $?; L -w 0.01 f true; echo $?)"},
    {"unreadable_files", R"(L g echo ran 2>/dev/null; echo $?; L w echo ran 2>/dev/null; echo $?
        L -s w echo ran 2>/dev/null; echo $?)"},
    {"no_permission_to_make_the_file", R"(L d/f echo ran 2>/dev/null; echo $?; L d echo ran)"},
};

BOOST_TEST_DECORATOR(*boost::unit_test::precondition(is_root))
BOOST_DATA_TEST_CASE_F(temporary_directory, unprivileged_user_sees_the_same, readable, s)
{
    // The user may not be able to reach the tool where it was built.
    auto const copy = directory / "filelock";
    fs::copy_file(tool_path(), copy);
    program_setup as_user;
    as_user.prepare = become_nobody;
    outcome results[2];
    for (auto const& locker : {std::string("flock"), in_quotes(copy) + " run"}) {
        auto const place = directory / fs::unique_path();
        fs::create_directory(place);
        auto const made = run_in(place, "", R"(umask 022; mkdir d; for f in f g w; do : >$f; done
            chmod 000 g; chmod 222 w)");
        BOOST_TEST_REQUIRE(made.status == 0);
        results[locker == "flock"] = run_in(place, locker, s.text, as_user);
    }
    compare(results[0], results[1]);
}

BOOST_DATA_TEST_CASE_F(temporary_directory, each_excludes_the_other, pairs, p)
{
    for (auto const& target : {path.string(), directory.string()}) {
        program holder(p.holder({target, "sh", "-c", "echo held; read line"}));
        holder.wait_for_out("held\n");
        BOOST_TEST(run_program(p.contender({"-n", target, "true"})).status == 1);
        BOOST_TEST(run_program(p.contender({"-sn", target, "true"})).status == 1);
        BOOST_TEST(run_program(p.contender({"-w", "0.01", "-E", "7", target, "true"})).status == 7);

        program waiter(p.contender({"-w", "1000", target, "echo", "got"}));
        program patient(p.contender({target, "echo", "got"}));
        holder.write("\n");
        BOOST_TEST(holder.wait() == 0);
        BOOST_TEST(waiter.wait() == 0);
        BOOST_TEST(waiter.out() == "got\n");
        BOOST_TEST(patient.wait() == 0);
        BOOST_TEST(patient.out() == "got\n");
    }
}

BOOST_DATA_TEST_CASE_F(temporary_directory, killed_holder_leaves_lock_to_its_command, pairs, p)
{
    program holder(p.holder({path.string(), "sh", "-c", "echo $$; read line"}));
    holder.wait_for_out("\n");
    holder.kill();
    BOOST_TEST(holder.wait() == -SIGKILL);
    BOOST_TEST(run_program(p.contender({"-n", path.string(), "true"})).status == 1);
    holder.close_input(); // ends the command
    BOOST_TEST(run_program(p.contender({path.string(), "true"})).status == 0);
}

BOOST_AUTO_TEST_SUITE_END()
