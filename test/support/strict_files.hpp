// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TEST_SUPPORT_STRICT_FILES_HPP
#define BOOST_FILELOCK_TEST_SUPPORT_STRICT_FILES_HPP

#include "claim_files.hpp"
#include "markers.hpp"

#include <boost/filelock/strict_soft_file_lock.hpp>

#include <boost/filesystem/operations.hpp>
#include <boost/filesystem/path.hpp>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

// The files of a `strict_soft_file_lock`.

namespace filelock_test {

inline boost::filesystem::path claims_directory(boost::filesystem::path path)
{
    return path += ".filelock/claims";
}

inline std::string intent_of(std::string const& token)
{
    return claim_name("intent", token);
}

inline std::string held_of(std::string const& token)
{
    return claim_name("held", token);
}

inline bool is_held_claim(std::string const& name)
{
    return name.rfind("held-", 0) == 0;
}

/// Publishes a claim with this name whole, as another host does.
inline void put_claim(boost::filesystem::path const& path, std::string const& name)
{
    auto const token = name.substr(name.find("-v1-") + 4, 32);
    auto const made = path.parent_path() / ("made." + token);
    write_text(made, claim_text(token, 4711, "elsewhere"));
    boost::filesystem::rename(made, claims_directory(path) / name);
}

/// Returns the names of the claims and of the files in preparation, sorted. None if the directory
/// does not exist.
inline std::vector<std::string> files_among_claims(boost::filesystem::path const& path)
{
    auto const claims = claims_directory(path);
    return boost::filesystem::exists(claims) ? names_in(claims) : std::vector<std::string>();
}

/// Returns the names of the claims, sorted: held ones first.
inline std::vector<std::string> claim_names(boost::filesystem::path const& path)
{
    auto names = files_among_claims(path);
    names.erase(std::remove_if(names.begin(), names.end(),
                               [](std::string const& name) { return name.front() == '.'; }),
                names.end());
    return names;
}

/// Returns the files that a lock must not leave, or nothing. Its directories and the permanent file
/// stay.
inline std::string left_of_claims(boost::filesystem::path const& path)
{
    std::string all;
    for (auto const& name : files_among_claims(path))
        all += " " + name;
    for (auto const& name : names_in(path.parent_path()))
        if (name != path.filename().string() && name != path.filename().string() + ".filelock")
            all += " " + name;
    if (boost::filesystem::exists(path) && text_of(path) != sentinel)
        all += " another permanent file";
    return all.empty() ? "" : "is left:" + all;
}

/// Removes everything that the lock has made.
inline void remove_claim_files(boost::filesystem::path const& path)
{
    for (auto const& name : names_in(path.parent_path()))
        boost::filesystem::remove_all(path.parent_path() / name);
}

/// A file that exists while a process holds the lock. Overlapping holds are seen when the second
/// one begins.
class overlap_probe
{
public:
    explicit overlap_probe(boost::filesystem::path const& file) : file_(file.string()) {}

    /// Returns whether no other hold is there.
    bool enter() const
    {
        int const fd = ::open(file_.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0666);
        if (fd != -1)
            ::close(fd);
        return fd != -1;
    }

    /// Returns whether the hold was the only one up to its end.
    bool leave() const { return ::unlink(file_.c_str()) == 0; }

private:
    std::string file_;
};

} // namespace filelock_test

#endif
