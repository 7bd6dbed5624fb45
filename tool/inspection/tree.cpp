// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "parts.hpp"

#include "../../src/protocol/claim_record.hpp"
#include "../../src/protocol/record_lines.hpp"

#include <boost/algorithm/string/predicate.hpp>
#include <boost/filesystem/directory.hpp>
#include <boost/system/errc.hpp>

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

// A walk through a directory tree.

namespace filelock_tool {
namespace fs = boost::filesystem;
namespace detail = boost::filelock::detail;
namespace {

using boost::algorithm::ends_with;

/// Returns the name of the lock of which the directory holds files, or an empty text.
std::string lock_in_directory_name(std::string const& name)
{
    for (std::string const suffix : {readers_suffix, claims_suffix, fence_suffix})
        if (name.size() > suffix.size() && ends_with(name, suffix))
            return name.substr(0, name.size() - suffix.size());
    return {};
}

/// Returns whether the file is being made or removed, or was left so. It is no lock.
bool is_temporary(std::string const& name)
{
    return name.find(".break.") != name.npos || !detail::published_name_of(name).empty();
}

/// Returns whether an empty or unreadable file of this name is taken for a lock file.
bool is_lock_name(std::string const& name)
{
    return ends_with(name, ".lock") || ends_with(name, ".lck");
}

class tree_walk
{
public:
    explicit tree_walk(std::vector<inspection_error>& errors) : errors_(errors) {}

    std::vector<lock_report> walk(fs::path const& top)
    {
        add_directory(top);
        while (!to_do_.empty()) {
            auto const directory = std::move(to_do_.back());
            to_do_.pop_back();
            visit(directory);
        }
        std::stable_sort(reports_.begin(), reports_.end(),
                         [](auto const& a, auto const& b) { return a.path < b.path; });
        return std::move(reports_);
    }

private:
    struct found_file
    {
        std::string name;
        struct ::stat facts;
    };

    struct listing
    {
        std::vector<found_file> files; // regular ones
        std::vector<std::string> directories;
    };

    void add_directory(fs::path const& directory)
    {
        if (auto report = file_report(directory, locks_)) // flock(1) locks directories as well
            reports_.push_back(std::move(*report));
        to_do_.push_back(directory);
    }

    listing list(fs::path const& directory)
    {
        listing names;
        boost::system::error_code ec;
        fs::directory_iterator it(directory, ec);
        for (fs::directory_iterator const end; it != end && !ec; it.increment(ec)) {
            struct ::stat facts = {};
            auto name = it->path().filename().native();
            if (!facts_of(it->path(), facts))
                continue; // it has gone
            if (S_ISDIR(facts.st_mode))
                names.directories.push_back(std::move(name));
            else if (S_ISREG(facts.st_mode))
                names.files.push_back({std::move(name), facts});
        }
        if (ec && ec != boost::system::errc::no_such_file_or_directory)
            errors_.push_back({directory, ec});
        return names;
    }

    void visit(fs::path const& directory)
    {
        auto const names = list(directory);
        std::set<std::string> done; // the names of files that a report is about
        for (auto const& name : names.directories) {
            auto const lock = lock_in_directory_name(name);
            bool const is_lock =
                !lock.empty() && (done.count(lock) != 0 || add_lock(directory / lock, done));
            if (!is_lock)
                add_directory(directory / name);
        }
        for (auto const& file : names.files)
            if (ends_with(file.name, write_suffix) && done.count(file.name) == 0)
                add_by_writer(directory, file.name, done);
        for (auto const& file : names.files)
            if (done.count(file.name) == 0 && !is_temporary(file.name))
                add_file(directory / file.name, file);
    }

    /// Returns whether there is a lock with files beside its path.
    bool add_lock(fs::path const& path, std::set<std::string>& done)
    {
        auto all = reports_at(path, locks_);
        bool const is_lock = std::any_of(all.begin(), all.end(), [](lock_report const& r) {
            return r.kind && !is_kernel_kind(*r.kind) && r.kind != lock_kind::soft_file_lock;
        });
        if (!is_lock)
            return false;
        auto const name = path.filename().native();
        done.insert(name);
        for (auto& report : all) {
            if (report.kind == lock_kind::soft_read_write_lock)
                done.insert({name + write_suffix, name + state_suffix});
            if (report.state != lock_state::other)
                reports_.push_back(std::move(report));
        }
        return true;
    }

    void add_by_writer(fs::path const& directory, std::string const& name,
                       std::set<std::string>& done)
    {
        auto const lock = name.substr(0, name.size() - std::string(write_suffix).size());
        if (!lock.empty() && soft_read_write_report(directory / lock, locks_))
            add_lock(directory / lock, done);
    }

    // Most files of a tree are neither small nor locked, and cost one lstat(2).
    void add_file(fs::path const& path, found_file const& file)
    {
        auto const& facts = file.facts;
        bool const is_long = static_cast<std::uint64_t>(facts.st_size) > detail::longest_record;
        bool const is_empty = facts.st_size == 0;
        if ((is_long || (is_empty && !is_lock_name(file.name))) && locks_.on(path, facts).empty())
            return;
        auto report = file_report(path, locks_);
        if (report && is_recognisable(*report, file.name))
            reports_.push_back(std::move(*report));
    }

    // A number alone may be the beginning of a marker, but is more often that of another program.
    static bool is_recognisable(lock_report const& report, std::string const& name)
    {
        bool const is_doubtful =
            report.state == lock_state::unreadable || report.state == lock_state::unfinished;
        return report.state != lock_state::other && (!is_doubtful || is_lock_name(name));
    }

    kernel_locks locks_;
    std::vector<inspection_error>& errors_;
    std::vector<fs::path> to_do_;
    std::vector<lock_report> reports_;
};

} // namespace

std::vector<lock_report> inspect_tree(fs::path const& directory,
                                      std::vector<inspection_error>& errors)
{
    return tree_walk(errors).walk(directory);
}

} // namespace filelock_tool
