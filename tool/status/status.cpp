// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "../command_line.hpp"
#include "../commands.hpp"
#include "../exit_status.hpp"
#include "../inspection/inspection.hpp"
#include "../lock_arguments.hpp"
#include "../terminal.hpp"
#include "../utf8.hpp"
#include "deadlocks.hpp"
#include "json.hpp"
#include "table.hpp"

#include <boost/filesystem/operations.hpp>
#include <boost/json/serialize.hpp>
#include <boost/program_options/value_semantic.hpp>

#include <chrono>
#include <iostream>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <unistd.h>

namespace filelock_tool {
namespace po = boost::program_options;
namespace fs = boost::filesystem;
namespace {

constexpr std::chrono::milliseconds shortest_pause{10};

constexpr command_help help{
    "status",
    "status [--json] [--watch[=SECONDS]] [--kind KIND] PATH...\n"
    "status --deadlocks [--json]",
    "Shows which locks are held, and by which processes. Takes no lock and wakes no process that\n"
    "waits for one. Below a directory it shows what is recognisably a lock: markers, claims, "
    "files\n"
    "that are locked in the kernel, and empty files named *.lock or *.lck. It follows no links.\n"
    "\n"
    "States: free; held; claimed (a strict lock of which only contenders have claims); unfinished\n"
    "(a marker without a complete record); damaged; unreadable; other (no lock); missing.\n"
    "A holder is alive, gone (which is proved) or unknown: another machine's, or out of sight.\n"
    "\n"
    "--json prints an array of objects with the members path, path_hex (the bytes of a path that "
    "is\n"
    "no UTF-8), kind, state, mode, holders, fence, claims and note. A holder has pid, host, "
    "command,\n"
    "start_token, mode, waiting, alive, age_seconds, heartbeat_age_seconds, expires_in_seconds "
    "and\n"
    "token; a claim has name, state, pid, host and token. What is not known is null.\n"
    "\n"
    "--deadlocks shows processes of this machine that wait for each other in a circle through "
    "kernel\n"
    "locks. The kernel lists neither waits for markers nor waits of this library with a time "
    "limit,\n"
    "so these are not seen. With --json each circle is an object with the member processes, each\n"
    "with pid, command, has_other_threads (which may unlock), waits_for and holds: path, file\n"
    "(device:inode), lock (flock or record), mode, first_byte, last_byte, pids (of the circle) "
    "and\n"
    "other_pids (other holders).\n"
    "\n"
    "--watch goes on until a signal ends it. On a pipe it prints blocks with an empty line at "
    "their\n"
    "ends, or a line of JSON each time.\n"
    "\n"
    "Exit status: 0; 1 if something could not be inspected, or there is a deadlock; 64 for wrong\n"
    "arguments; 66 if a PATH names nothing, except with --kind: then that lock is free.\n"};

struct request
{
    std::optional<lock_kind> kind = {};
    bool as_json = false;
    std::optional<std::chrono::nanoseconds> pause = {}; ///< of --watch
    arguments paths = {};
};

/// The locks at one moment.
struct overview
{
    std::vector<lock_report> reports;
    int status = success;

    void fail(int with) { status = status == no_input ? no_input : with; }
};

bool is_of_kind(lock_report const& report, lock_kind kind)
{
    return report.kind ? report.kind == kind : is_kernel_kind(kind);
}

void add(lock_report&& report, overview& seen)
{
    if (report.state == lock_state::unreadable)
        seen.fail(conflict);
    seen.reports.push_back(std::move(report));
}

void add_tree(fs::path const& directory, std::optional<lock_kind> kind, overview& seen)
{
    std::vector<inspection_error> errors;
    for (auto& report : inspect_tree(directory, errors))
        if (!kind || is_of_kind(report, *kind))
            add(std::move(report), seen);
    for (auto const& error : errors) {
        std::cerr << "filelock: " << printable(error.path.native()) << ": " << error.code.message()
                  << '\n';
        seen.fail(conflict);
    }
}

/// Returns whether the path can only name a directory: no lock has such a path.
bool is_directory_only(std::string const& path)
{
    auto const name = path.substr(path.rfind('/') + 1);
    return name.empty() || name == "." || name == "..";
}

void add_operand(fs::path const& path, std::optional<lock_kind> kind, overview& seen)
{
    boost::system::error_code ec;
    if (is_directory_only(path.native()) && fs::is_directory(path, ec))
        return add_tree(path, kind, seen);
    auto all = inspect_all(path);
    bool const is_tree = fs::symlink_status(path, ec).type() == fs::directory_file &&
                         (all.front().state == lock_state::missing || all.front().path == path);
    if (is_tree)
        return add_tree(path, kind, seen);
    if (kind)
        all = {inspect(path, kind)};
    for (auto& report : all) {
        if (report.state == lock_state::missing && kind) {
            report.state = lock_state::free;
        } else if (report.state == lock_state::missing) {
            std::cerr << "filelock: " << printable(path.native()) << " names nothing\n";
            seen.fail(no_input);
            continue;
        }
        add(std::move(report), seen);
    }
}

void print_json(std::vector<lock_report> const& reports, bool in_one_line)
{
    char const* const separator = in_one_line ? "" : "\n";
    std::cout << '[';
    for (auto const& report : reports)
        std::cout << (&report == &reports.front() ? "" : ",") << separator
                  << boost::json::serialize(json_of(report));
    std::cout << separator << "]\n";
}

int show(request const& r)
{
    overview seen;
    for (auto const& path : r.paths)
        add_operand(path, r.kind, seen);
    if (r.as_json)
        print_json(seen.reports, r.pause.has_value());
    else
        std::cout << table_of(seen.reports, columns_of(STDOUT_FILENO));
    return seen.status;
}

// A terminal shows the present only. A pipe gets blocks, each with an empty line at its end, or
// lines of JSON. SIGINT ends the process.
int watch(request const& r)
{
    bool const is_terminal = columns_of(STDOUT_FILENO).has_value();
    for (;;) {
        if (is_terminal)
            std::cout << "\033[H\033[2J"; // ECMA-48, CUP and ED
        show(r);
        if (!is_terminal && !r.as_json)
            std::cout << '\n';
        if (!std::cout.flush())
            return os_error;
        std::this_thread::sleep_for(*r.pause);
    }
}

po::options_description options_for(request& r)
{
    po::options_description known("Options");
    known.add_options()("json", "print JSON");
    known.add_options()("watch", in_seconds("watch", r.pause)->implicit_value("2", "2"),
                        "show it again after each pause");
    known.add_options()(
        "kind", kind_option([&r](lock_kind kind) { r.kind = kind; }),
        "take each PATH for a lock of this kind; of a directory, show locks of this kind only");
    known.add_options()("deadlocks", "show processes that wait for each other");
    return known;
}

} // namespace

int status(arguments const& given)
{
    request r;
    command_line line;
    if (!parse(help, options_for(r), operands::anywhere, given, line))
        return success;
    r.as_json = line.has("json");
    r.paths = line.operands;
    if (line.has("deadlocks")) {
        if (!r.paths.empty() || r.kind || r.pause)
            throw usage_error("--deadlocks takes neither a path nor --kind or --watch");
        return show_deadlocks(r.as_json);
    }
    if (r.paths.empty())
        throw usage_error("a path is missing");
    if (r.pause && *r.pause < shortest_pause)
        throw usage_error("--watch: the pause is too short");
    return r.pause ? watch(r) : show(r);
}

} // namespace filelock_tool
