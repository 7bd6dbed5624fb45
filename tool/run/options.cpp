// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "options.hpp"

#include "../command_line.hpp"
#include "../lock_arguments.hpp"

#include <boost/lexical_cast/try_lexical_convert.hpp>
#include <boost/program_options/value_semantic.hpp>

#include <cstdlib>
#include <functional>
#include <utility>
#include <vector>

namespace filelock_tool {
namespace po = boost::program_options;
namespace {

constexpr command_help help{
    "run",
    "run [OPTIONS] PATH|DIRECTORY [--] COMMAND [ARGUMENT...]\n"
    "run [OPTIONS] PATH|DIRECTORY -c 'SHELL COMMAND'\n"
    "run [OPTIONS] NUMBER",
    "Runs a command while a lock is held, or locks the open descriptor NUMBER. The options and\n"
    "exit statuses are those of flock(1). The file is created if it is missing, its directory is\n"
    "not. Options end at the first operand.\n"
    "\n"
    "file_lock, read_write_lock: the command inherits the descriptor. The lock lasts as long as "
    "the\n"
    "command or one of its children keeps it open. With -o it lasts as long as 'filelock run'.\n"
    "\n"
    "Other kinds: the lock lasts as long as 'filelock run', and the kernel kills the command if "
    "that\n"
    "is killed. Children of the command are not covered, nor are set-user-ID programs. If the "
    "lock\n"
    "is lost, the command gets SIGTERM, after 5 s SIGKILL, and the status is 75.\n"
    "\n"
    "SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1 and SIGUSR2 are forwarded to the command.\n"
    "\n"
    "Exit status: that of the command, 128 + N if signal N ended it, 1 or N of -E if the lock was\n"
    "not acquired, 64 wrong arguments, 65 it cannot be locked, 66 it cannot be opened, 69 the\n"
    "command cannot be executed, 71 resources are lacking, 73 it cannot be created, 75 the lock "
    "was\n"
    "lost, 76 another program has damaged the lock.\n"};

/// An option that may be given several times. The last one counts, as with getopt(3).
class repeatable final : public po::value_semantic
{
public:
    using store = std::function<void(std::string const&)>;

    /// `name`: that of the value; empty if there is none.
    repeatable(std::string name, store f) : name_(std::move(name)), store_(std::move(f)) {}

    std::string name() const override { return name_; }
    unsigned min_tokens() const override { return name_.empty() ? 0 : 1; }
    unsigned max_tokens() const override { return min_tokens(); }
    bool is_composing() const override { return true; }
    bool is_required() const override { return false; }
    void parse(boost::any&, std::vector<std::string> const& words, bool) const override
    {
        store_(words.empty() ? std::string() : words.front());
    }
    bool apply_default(boost::any&) const override { return false; }
    void notify(boost::any const&) const override {}

private:
    std::string name_;
    store store_;
};

po::value_semantic* flag(std::function<void()> set)
{
    return new repeatable({}, [set = std::move(set)](std::string const&) { set(); });
}

po::value_semantic* value(char const* name, repeatable::store f)
{
    return new repeatable(name, std::move(f));
}

int conflict_status_of(std::string const& text)
{
    int status = 0;
    if (!boost::conversion::try_lexical_convert(text, status) || status < 0 || status > 255)
        throw usage_error("--conflict-exit-code: '" + text + "' is not between 0 and 255");
    return status;
}

std::string variable_of(std::string const& text)
{
    if (text.empty() || text.find('=') != text.npos)
        throw usage_error("--fence-env: '" + text + "' is no name of a variable");
    return text;
}

/// The options of flock(1). `is_one_attempt` is set by -n, which prevails over -w.
po::options_description flock_options(run_options& result, bool& is_one_attempt)
{
    auto const set_mode = [&result](bool is_shared, bool unlocks) {
        return flag([&result, is_shared, unlocks] {
            result.lock.is_shared = is_shared;
            result.unlocks = unlocks;
        });
    };
    po::options_description all("Options of flock(1)");
    auto more = all.add_options();
    more("shared,s", set_mode(true, false), "acquire the lock shared");
    more("exclusive,x", set_mode(false, false), "acquire it exclusively (the default)");
    more(",e", set_mode(false, false), "the same");
    more("unlock,u", set_mode(false, true), "release it, whichever process acquired it");
    more("nonblock,nb,no-wait,n", flag([&] { is_one_attempt = true; }),
         "fail if the lock is not free (also --nb, --no-wait)");
    more("timeout,wait,w",
         value("SECONDS",
               [&](std::string const& text) { result.limit = seconds_of("timeout", text); }),
         "longest wait, such as 0.5; 0 as -n (also --wait)");
    more("conflict-exit-code,E",
         value("N",
               [&](std::string const& text) { result.conflict_status = conflict_status_of(text); }),
         "exit status if the lock is not acquired");
    more("close,o", flag([&] { result.closes = true; }),
         "close the descriptor in the command; no effect on soft kinds and leases");
    more("no-fork,F", flag([&] { result.is_exec = true; }),
         "replace the process by the command; kernel locks only");
    more("verbose", flag([&] { result.is_verbose = true; }), "report the steps");
    more("version,V", "print the version");
    return all;
}

/// Takes the command from the operands, which begin with the path.
arguments command_of(arguments operands)
{
    auto const& first = operands[1];
    bool const is_shell = first == "-c" || first == "--command";
    if (is_shell && operands.size() != 3)
        throw usage_error(first + " requires exactly one command");
    if (is_shell) {
        char const* const shell = std::getenv("SHELL");
        return {shell && *shell ? shell : "/bin/sh", "-c", operands[2]};
    }
    operands.erase(operands.begin(), operands.begin() + (first == "--" ? 2 : 1));
    if (operands.empty())
        throw usage_error("a command is missing");
    return operands;
}

void take_operands(arguments const& operands, run_options& result)
{
    if (operands.empty())
        throw usage_error("a path, a directory or the number of a descriptor is missing");
    if (operands.size() > 1) {
        result.lock.path = operands.front();
        result.command = command_of(operands);
        return;
    }
    int number = 0;
    if (!boost::conversion::try_lexical_convert(operands.front(), number) || number < 0)
        throw usage_error("'" + operands.front() +
                          "' is not the number of a descriptor, and a command is missing");
    result.descriptor = number;
}

void check(run_options const& o)
{
    auto const kind = o.lock.kind;
    bool const is_flock =
        kind == lock_kind::file_lock && o.lock.backend == boost::filelock::kernel_lock::flock;
    auto const refuse = [](bool is_wrong, std::string const& why) {
        if (is_wrong)
            throw usage_error(why);
    };
    refuse(o.is_exec && o.closes, "--no-fork and --close exclude each other");
    refuse(o.is_exec && !is_kernel_kind(kind),
           std::string("--no-fork: a ") + name_of(kind) + " ends with the process");
    bool const is_plain = is_flock && !o.lock.permissions;
    refuse(o.descriptor && !is_plain, "a descriptor has only the lock of flock(2)");
    refuse(o.unlocks && !is_plain, "--unlock is only for the lock of flock(2)");
    refuse(!o.fence_variable.empty() && kind != lock_kind::soft_file_lease,
           std::string("a ") + name_of(kind) + " has no fence number");
}

} // namespace

std::optional<run_options> parse_run(arguments const& given)
{
    run_options result;
    result.lock.create_directories = false; // as flock(1)
    bool is_one_attempt = false;
    auto known = flock_options(result, is_one_attempt);
    auto of_the_lock = lock_options(result.lock);
    of_the_lock.add_options()(
        "fence-env",
        value("NAME", [&](std::string const& text) { result.fence_variable = variable_of(text); }),
        "environment variable for the fence number of a soft_file_lease");
    known.add(of_the_lock);
    command_line line;
    if (!parse(help, known, operands::last, given, line))
        return std::nullopt;
    if (line.has("version")) {
        print_version();
        return std::nullopt;
    }
    take_operands(line.operands, result);
    check(result);
    if (is_one_attempt)
        result.limit = std::chrono::nanoseconds::zero();
    return result;
}

} // namespace filelock_tool
