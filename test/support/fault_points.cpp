// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "fault_points.hpp"

#include "child.hpp"
#include "fault_rules.hpp"
#include "kernel_state.hpp"
#include "system_calls.hpp"
#include "tracer.hpp"

#include <boost/filelock/error.hpp>
#include <boost/filesystem/directory.hpp>
#include <boost/filesystem/operations.hpp>
#include <boost/system/system_error.hpp>
#include <boost/test/unit_test.hpp>

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <map>
#include <new>
#include <optional>
#include <ostream>
#include <sstream>
#include <stdexcept>
#include <utility>

#include <unistd.h>

// Counts allocations, in a process with one thread.
namespace {
long live_allocations = 0;
}
void* operator new(std::size_t size)
{
    auto* const p = std::malloc(size);
    if (!p)
        throw std::bad_alloc();
    ++live_allocations;
    return p;
}
void operator delete(void* p) noexcept
{
    live_allocations -= p != nullptr;
    std::free(p);
}
void operator delete(void* p, std::size_t) noexcept
{
    operator delete(p);
}

namespace filelock_test {
namespace {

using boost::system::error_code;
namespace fs = boost::filesystem;

// The outcomes of an operation. Any other error is reported by its number.
std::string const done = "done", nothing_to_do = "nothing to do", not_supported = "not supported",
                  not_a_lock_file = "not a lock file", hold_lost = "hold lost",
                  damaged = "claim damaged";

std::string outcome(std::function<error_code()> const& operation)
{
    error_code ec;
    try {
        ec = operation();
    } catch (std::bad_alloc const&) {
        ec = {ENOMEM, boost::system::system_category()};
    } catch (boost::system::system_error const& e) {
        ec = e.code();
    }
    using boost::filelock::error;
    for (auto const& [code, name] :
         {std::pair{error::kernel_lock_not_supported, not_supported},
          std::pair{error::witness_not_supported, not_supported},
          std::pair{error::hard_links_not_supported, not_supported},
          std::pair{error::not_a_lock_file, not_a_lock_file},
          std::pair{error::claim_damaged, damaged}, std::pair{error::hold_lost, hold_lost}})
        if (ec == make_error_code(code))
            return name;
    return ec ? std::to_string(ec.value()) : done;
}

// A look at a file under a temporary name. If it fails, the file stays for a later eviction.
bool is_look_at_litter(fault const& f)
{
    return f.meaning() == "stat" && contains(f.text, ".break.");
}

bool tells(std::string const& said, fault const& f)
{
    if (said == std::to_string(numbers.at(f.error)))
        return true;
    if (f.error == "ENOSYS" || f.error == "EOPNOTSUPP" || f.error == "EXDEV" ||
        (f.error == "EPERM" && f.meaning() == "link") ||
        (f.error == "EINVAL" && f.meaning() == "fcntl"))
        return said == not_supported;
    if (f.meaning() == "stat" && f.error == "ENOENT" &&
        (said == std::to_string(EIO) || said == hold_lost))
        return true; // the file is open: the file system has lost it
    if (f.meaning() == "open" && contains(f.text, ".claim\"") && said == damaged)
        return true; // a claim that cannot be read
    if (f.error == "ELOOP" && said == not_a_lock_file)
        return true; // the path must be a symbolic link
    // The file does not exist and cannot be created. The second error is reported.
    return f.meaning() == "open" && f.error == "ENOENT" && said == std::to_string(EACCES);
}

struct possessions
{
    long descriptors = 0, watches = 0, allocations = 0;
};

possessions count_possessions()
{
    possessions found;
    found.allocations = live_allocations;
    found.watches = static_cast<long>(inotify_watches());
    error_code gone;
    for (auto const& entry : fs::directory_iterator("/proc/self/fd")) {
        // The inotify descriptor, and the one that wakes its reader, stay open for good.
        if (fs::read_symlink(entry.path(), gone).string().find("anon_inode:") != 0)
            ++found.descriptors;
    }
    return found;
}

// Runs in the process that gets the fault. The faults affect its calls between "begins" and the
// result of the release.
int meet(sequence const& what)
{
    say("ready");
    hear();
    auto const before = count_possessions();
    bool can_again;
    {
        auto const who = what.make();
        say("begins");
        auto const taken = outcome([&] { return who->take(); });
        say(taken);
        hear();
        bool const has_something = taken == done || what.is_as_before;
        say(has_something ? outcome([&] { return who->give_back(); }) : nothing_to_do);
        hear();
        can_again = outcome([&] { return who->take(); }) == done &&
                    outcome([&] { return who->give_back(); }) == done;
    }
    auto const after = count_possessions();
    std::ostringstream all;
    all << can_again << ' ' << after.descriptors - before.descriptors << ' '
        << after.watches - before.watches << ' ' << after.allocations - before.allocations;
    say(all.str());
    return 0;
}

// Returns the calls from "begins" to the result of the release, from the output of strace: lines
// such as "4711 flock(5, LOCK_EX|LOCK_NB) = 0".
std::vector<fault> calls_in(fs::path const& log)
{
    std::vector<fault> calls;
    std::map<std::string, unsigned> counts; // by thread and name, as strace counts
    unsigned said = 0;                      // lines said, from "begins" on
    std::ifstream in(log.string());
    for (std::string line; said < 3 && std::getline(in, line);) {
        auto const name = line.find_first_not_of("0123456789 ");
        auto const end = line.find('(', name);
        if (name == line.npos || end == line.npos || line[name] == '<')
            continue; // a signal, the exit, or the end of a call
        fault f{line.substr(name, end - name), 0, line.substr(name), {}};
        f.occurrence = ++counts[line.substr(0, end)];
        if (f.call == "writev")
            said += said != 0 || contains(line, "begins");
        else if (said != 0 && f.call != "readv")
            calls.push_back(f);
    }
    return calls;
}

} // namespace

std::string fault::meaning() const
{
    return meaning_of(call, text);
}

std::ostream& operator<<(std::ostream& out, fault const& f)
{
    return out << (f.error.empty() ? "killed" : f.error) << " at " << f.call << ' ' << f.occurrence
               << ": " << f.text;
}

struct fault_points::history
{
    std::string taken, given_back; // the outcomes; empty if the process was killed
    bool waited = false;
    bool two_had_it = false, is_stuck = false, keeps_others_out = false;
    bool could_be_taken_again = false, is_clean = true;
    possessions left;
    std::vector<fault> calls;
    int status = 0;

    bool was_killed() const { return given_back.empty() && status == -SIGKILL; }
    // Returns the fault as it was met with: in a wait, the call of this number varies. The text of
    // a call that fails has no results.
    std::optional<fault> met(fault const& f) const
    {
        bool const has_results = f.meaning() != "fcntl" && f.meaning() != "open";
        std::optional<fault> found;
        for (auto const& one : calls)
            if (one.call == f.call && contains(one.text, "(INJECTED)"))
                found = fault{f.call, f.occurrence, has_results ? f.text : one.text, f.error};
        return found;
    }
};

fault_points::fault_points(sequence what) : sequence_(std::move(what))
{
    faultless_ = std::make_unique<history>(run({}));
    if (faultless_->status != 0)
        throw std::runtime_error("it died of itself");
    std::map<std::string, int> seen;
    for (auto const& call : faultless_->calls) {
        if (sequence_.others_calls.count(call.meaning()) != 0)
            continue;
        if (rules.count(call.meaning()) == 0)
            throw std::runtime_error("how may this fail? " + call.text);
        if (contains(sequence_.injections, ("=" + call.call + ":").c_str()))
            continue;
        if (seen[call.call]++ != 0 && sequence_.varies)
            continue;
        faults_.push_back(call);
        auto const [first, last] = rules.equal_range(call.meaning());
        for (auto i = first; i != last; ++i)
            for (auto const& error : i->second.errors) {
                faults_.push_back(call);
                faults_.back().error = error;
            }
    }
}

fault_points::~fault_points() = default;

bool fault_points::succeeds_without_faults() const
{
    return faultless_->taken == done && faultless_->given_back == done;
}

fault_points::history fault_points::run(std::string const& injection) const
{
    history h;
    auto const log = fs::temp_directory_path() / fs::unique_path("filelock-test-%%%%-%%%%.strace");
    auto const let_go = sequence_.prepare();
    child process([this] { return meet(sequence_); });
    process.expect("ready");
    std::unique_ptr<child> sleeper;
    {
        tracer const t(process.pid(), "-s 200 -o '" + log.string() + "' " + sequence_.injections +
                                          ' ' + injection);
        process.write_line("go");
        process.expect("begins");
        if (let_go) {
            wait_until_settled(process.pid());
            if (sequence_.sleeper)
                sleeper = sequence_.sleeper();
            let_go();
            h.waited = true;
        }
        observe(process, sleeper, h);
        h.status = process.wait();
    }
    h.is_clean = !sequence_.is_clean || sequence_.is_clean();
    if (h.status == -SIGKILL && sequence_.frees_after_death)
        h.is_stuck = h.is_stuck || !sequence_.frees_after_death();
    h.is_stuck = h.is_stuck || !is_given(sleeper);
    h.calls = calls_in(log);
    fs::remove(log);
    return h;
}

bool fault_points::comes_free() const
{
    return sequence_.comes_free ? sequence_.comes_free() : sequence_.is_free();
}

// Returns whether another process gets the lock after the taker has released it or died.
bool fault_points::is_given(std::unique_ptr<child>& sleeper) const
{
    if (!sequence_.sleeper)
        return comes_free();
    auto const ended = std::move(sleeper);
    return !ended || ended->wait() == 0;
}

void fault_points::observe(child& process, std::unique_ptr<child>& sleeper, history& h) const
{
    auto line = process.read_line();
    if (!line)
        return;
    h.taken = *line;
    if (!sequence_.sleeper) {
        if (h.taken == done)
            h.two_had_it = sequence_.is_free();
        else if (sequence_.is_as_before)
            h.keeps_others_out = !sequence_.is_as_before();
        else
            h.is_stuck = !comes_free();
    } else if (!sleeper && h.taken == done) {
        sleeper = sequence_.sleeper();
    }
    process.write_line("give it back");
    line = process.read_line();
    if (!line)
        return;
    h.given_back = *line;
    // A release that failed is completed later.
    h.is_stuck = h.is_stuck || (h.given_back == done && !is_given(sleeper));
    process.write_line("again");
    std::istringstream in(process.read_line().value_or(""));
    in >> h.could_be_taken_again >> h.left.descriptors >> h.left.watches >> h.left.allocations;
}

std::string fault_points::problem_with(fault const& f) const
{
    bool const kills = f.error.empty();
    auto const injection = "-e inject=" + f.call +
                           (kills ? ":signal=SIGKILL" : ":error=" + f.error) +
                           ":when=" + std::to_string(f.occurrence);
    for (int i = 0; i < 10; ++i) {
        auto const h = run(injection);
        auto const met = h.met(f);
        if (h.two_had_it)
            return "two had it";
        if (h.is_stuck)
            return "no process can acquire it: " + h.taken + ", " + h.given_back;
        if (!kills && !met)
            continue; // it came too late, or not at all
        // A failed unlock is completed at the release.
        if (h.keeps_others_out && !contains(met.value_or(f).text, "F_UNLCK"))
            return "others are kept out: " + h.taken;
        if (h.status != 0 && !(kills && h.status == -SIGKILL))
            return "it ended with " + std::to_string(h.status);
        if (!kills)
            return problem_with(*met, h);
        if (h.was_killed())
            return {};
    }
    // The number of calls in a wait varies, and it seldom reaches this one.
    return faultless_->waited ? "" : "it was not met with";
}

std::string fault_points::problem_with(fault const& f, history const& h) const
{
    bool is_told = false;
    for (auto const& [said, usual] :
         {std::pair{h.taken, faultless_->taken}, {h.given_back, faultless_->given_back}}) {
        if (tells(said, f))
            is_told = true;
        else if (said != usual && !is_told)
            return "said: " + said;
    }
    auto what = expected(f);
    if (f.meaning() == "getdents" && sequence_.lists_holders)
        what = effect::either;
    if (f.meaning() == "link" && sequence_.needs_links && f.error != "ENOENT")
        what = effect::reported;
    if (f.meaning() == "stat" && sequence_.marks_waiters && contains(f.text, "{st_mode=S_IFDIR"))
        what = effect::overcome; // of an open directory; Boost.Filesystem uses statx(2)
    if (what == effect::reported && sequence_.has_other_ways)
        what = effect::either;
    if (what == effect::overcome && is_told)
        return "the error was told";
    if (what == effect::reported && !is_told)
        return "the error was kept back";
    if (!h.could_be_taken_again)
        return "it cannot be taken again";
    if (!h.is_clean && f.meaning() != "unlink" && !is_look_at_litter(f))
        return "files are left";
    if (h.left.descriptors != 0)
        return "descriptors are left";
    if (h.left.watches != 0)
        return "watches are left";
    if (h.left.allocations > faultless_->left.allocations)
        return "memory is left";
    return {};
}

} // namespace filelock_test
