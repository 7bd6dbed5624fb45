// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "settings.hpp"

#include "../command_line.hpp"
#include "network.hpp"

#include <boost/algorithm/string/classification.hpp>
#include <boost/algorithm/string/split.hpp>
#include <boost/program_options/value_semantic.hpp>
#include <boost/range/algorithm/find.hpp>

#include <algorithm>

namespace filelock_tool {
namespace po = boost::program_options;
namespace {

constexpr std::size_t most_processes = most_workers, most_hosts = 100;

constexpr command_help help{
    "verify",
    "verify [OPTION...] DIRECTORY...\n"
    "verify --listen [ADDRESS:]PORT [OPTION...] DIRECTORY...\n"
    "verify --join HOST:PORT --token TOKEN [--processes N] DIRECTORY...",
    "Measures which kinds of locks exclude in the directory. Several processes race for one lock\n"
    "of each kind, and the program compares their holds. Several directories are several mounts\n"
    "of one file system. Another host takes part with --join.\n\n"
    "  excludes      whether no two holds overlapped that must not\n"
    "  finishes      whether each process got the lock, and the longest wait\n"
    "  holds         how often the lock was held\n"
    "  notices       whether a release wakes a process that sleeps, in another directory\n"
    "  time step     of the modification times of files\n"
    "  clock offset  of the file system, from the clock of the host\n"
    "  sees ...      after what time a directory shows a change in the first directory\n\n"
    "The program works in a subdirectory of its own and removes it at the end.\n\n"
    "The exit status is 0, or 1 if a kind of --require does not exclude or does not finish.\n"
    "Others: 64 usage, 65 the directories are not the same storage, 66 a directory cannot be\n"
    "used, 69 a process or host has ended or does not answer, 71 a resource of the system is\n"
    "missing, 73 nothing can be made in the directory, 76 a process sent nonsense.\n"};

po::typed_value<std::vector<std::string>>* list_of_kinds(std::vector<lock_kind>& result)
{
    return po::value<std::vector<std::string>>()
        ->composing()
        ->value_name("KIND,...")
        ->notifier([&result](std::vector<std::string> const& lists) {
            for (auto const& list : lists) {
                std::vector<std::string> names;
                boost::split(names, list, boost::is_any_of(","));
                std::transform(names.begin(), names.end(), std::back_inserter(result), kind_of);
            }
        });
}

template <class Kinds>
bool has(Kinds const& kinds, lock_kind kind)
{
    return boost::find(kinds, kind) != kinds.end();
}

po::options_description options_of(verify_settings& s)
{
    po::options_description all("Options");
    auto const number = [](std::size_t& result) { return po::value(&result)->value_name("N"); };
    auto const text = [](std::string& result, char const* name) {
        return po::value(&result)->value_name(name);
    };
    auto more = all.add_options();
    more("kind", list_of_kinds(s.kinds), "measure these kinds only");
    more("require", list_of_kinds(s.required), "exit with 1 unless these kinds exclude and finish");
    more("seconds", in_seconds("seconds", s.time),
         "length of the race for each kind; 2 by default");
    more("processes", number(s.processes), "processes on this machine; 4 by default");
    more("json", po::bool_switch(&s.is_json), "print JSON");
    more("listen", text(s.listen, "[ADDRESS:]PORT"),
         "wait for other hosts to join; the address is 127.0.0.1 by default");
    more("hosts", number(s.hosts), "number of other hosts to wait for; 1 by default");
    more("join", text(s.join, "HOST:PORT"), "take part in the measurement of another host");
    more("token", text(s.token, "TOKEN"), "what the other host has printed");
    return all;
}

void check_number(char const* option, std::size_t value, std::size_t most)
{
    if (value < 1 || value > most)
        throw usage_error("--" + std::string(option) + ": not between 1 and " +
                          std::to_string(most));
}

void check(verify_settings const& s, command_line const& line)
{
    if (s.directories.empty())
        throw usage_error("a directory is missing");
    check_number("processes", s.processes, most_processes);
    check_number("hosts", s.hosts, most_hosts);
    if (s.directories.size() > most_processes)
        throw usage_error("there are more than " + std::to_string(most_processes) + " directories");
    if (line.has("hosts") && s.listen.empty())
        throw usage_error("--hosts needs --listen");
    if (s.join.empty() != s.token.empty())
        throw usage_error("--join and --token need each other");
    if (!s.join.empty() && !s.listen.empty())
        throw usage_error("--join and --listen do not go together");
    if (s.processes == 1 && s.join.empty() && s.listen.empty())
        throw usage_error("--processes: one process has no other to exclude");
}

} // namespace

bool parse(arguments const& given, verify_settings& result)
{
    result.time = std::chrono::seconds(2);
    command_line line;
    if (!parse(help, options_of(result), operands::anywhere, given, line))
        return false;
    result.directories.assign(line.operands.begin(), line.operands.end());
    result.processes = (std::max)(result.processes, result.directories.size());
    check(result, line);
    std::vector<lock_kind> measured;
    for (auto const kind : all_kinds)
        if (result.kinds.empty() || has(result.kinds, kind) || has(result.required, kind))
            measured.push_back(kind);
    result.kinds = measured;
    return true;
}

} // namespace filelock_tool
