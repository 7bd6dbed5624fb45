// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TEST_SUPPORT_CLAIM_FILES_HPP
#define BOOST_FILELOCK_TEST_SUPPORT_CLAIM_FILES_HPP

#include "markers.hpp"
#include "temporary_directory.hpp"

#include <boost/filelock/acquire_options.hpp>
#include <boost/filelock/strict_soft_file_lock.hpp>

#include <boost/filesystem/operations.hpp>
#include <boost/filesystem/path.hpp>
#include <boost/test/data/monomorphic.hpp>

#include <chrono>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>

// The files of a `strict_soft_file_lock`, as other programs make and see them.

namespace filelock_test {

inline auto const both_storages = boost::unit_test::data::make(
    {boost::filelock::storage::local, boost::filelock::storage::network});

inline std::string const sentinel("1\nfilelock-strict-v1\0\n0\n", 24);

// Tokens of other owners. Those of the library are random, so they lie in between.
inline std::string const first_token(32, '0'), last_token(32, 'f');

inline std::string claim_name(std::string const& kind, std::string const& token)
{
    return kind + "-v1-" + token + ".claim";
}

inline std::string private_file_name(std::string const& public_name, std::string const& token)
{
    return '.' + public_name + ".private-v1-" + token + ".tmp";
}

inline std::string claim_text(std::string const& token, long pid, std::string const& host,
                              std::string const& start = {})
{
    std::string hex;
    for (char const c : host) {
        char digits[3];
        std::snprintf(digits, sizeof digits, "%02x",
                      static_cast<unsigned>(static_cast<unsigned char>(c)));
        hex += digits;
    }
    return "filelock-strict-v1\n" + token + '\n' + std::to_string(pid) + '\n' + hex + '\n' + start +
           '\n';
}

inline boost::filelock::strict_soft_file_lock_options
strict_options(boost::filelock::storage where = boost::filelock::storage::local)
{
    boost::filelock::strict_soft_file_lock_options options;
    options.poll_interval = std::chrono::milliseconds(1);
    options.where = where;
    return options;
}

/// Returns the error of an acquisition: `timed_out` if another owner holds the lock.
inline boost::system::error_code
error_of(boost::filelock::strict_soft_file_lock& lock,
         std::chrono::milliseconds limit = std::chrono::milliseconds(0))
{
    boost::system::error_code ec;
    boost::filelock::acquire_options how;
    how.timeout = limit;
    lock.acquire(how, ec);
    return ec;
}

inline struct ::stat facts_of(boost::filesystem::path const& path)
{
    struct ::stat facts = {};
    if (::lstat(path.c_str(), &facts) != 0)
        throw std::runtime_error("lstat " + path.string());
    return facts;
}

inline unsigned mode_of(boost::filesystem::path const& path)
{
    return facts_of(path).st_mode & 07777u;
}

inline std::chrono::nanoseconds modified(boost::filesystem::path const& path)
{
    auto const facts = facts_of(path);
    return std::chrono::seconds(facts.st_mtim.tv_sec) +
           std::chrono::nanoseconds(facts.st_mtim.tv_nsec);
}

inline void set_modified(boost::filesystem::path const& path, std::chrono::nanoseconds time)
{
    auto const seconds = std::chrono::floor<std::chrono::seconds>(time);
    ::timespec const t = {static_cast<::time_t>(seconds.count()),
                          static_cast<long>((time - seconds).count())};
    ::timespec const times[] = {t, t};
    if (::utimensat(AT_FDCWD, path.c_str(), times, AT_SYMLINK_NOFOLLOW) != 0)
        throw std::runtime_error("utimensat " + path.string());
}

/// A fixture: a path of a lock, and the names of its files.
struct claim_files : temporary_directory
{
    using strict_soft_file_lock = boost::filelock::strict_soft_file_lock;
    using names = std::vector<std::string>;

    boost::filesystem::path const box = path.string() + ".filelock";
    boost::filesystem::path const claims = box / "claims";

    names claim_names() const { return names_in(claims); }

    /// Returns the token of the only hold.
    std::string token() const
    {
        auto const all = claim_names();
        return all.empty() ? "" : all.front().substr(all.front().find("v1-") + 3, 32);
    }

    bool is_there(boost::filesystem::path const& file) const
    {
        return boost::filesystem::symlink_status(file).type() != boost::filesystem::file_not_found;
    }

    /// Makes the directories, as a process that died before it published anything.
    void make_directories() const { boost::filesystem::create_directories(claims); }

    /// Writes a claim of another owner, and returns its name.
    std::string forge(std::string const& kind, std::string const& token, long pid = 4711,
                      std::string const& host = "elsewhere") const
    {
        make_directories();
        auto name = claim_name(kind, token);
        write_text(claims / name, claim_text(token, pid, host));
        return name;
    }

    /// Returns whether a single attempt acquires the lock.
    bool is_free(boost::filelock::storage where = boost::filelock::storage::local) const
    {
        strict_soft_file_lock lock(path, strict_options(where));
        return lock.try_lock();
    }
};

} // namespace filelock_test

#endif
