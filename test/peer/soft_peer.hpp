// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TEST_PEER_SOFT_PEER_HPP
#define BOOST_FILELOCK_TEST_PEER_SOFT_PEER_HPP

#include "../support/child.hpp"
#include "../support/preconditions.hpp"

#include <boost/filesystem/path.hpp>
#include <boost/test/tree/decorator.hpp>
#include <boost/test/unit_test_suite.hpp>

#include <string>
#include <vector>

namespace filelock_test {

/// Runs soft_file_lock.py. The script is an argument of the test program, or lies beside this
/// source.
class soft_peer : public child
{
public:
    using words = std::vector<std::string>;

    explicit soft_peer(boost::filesystem::path const& path, words const& options = {},
                       words const& within = {})
        : soft_peer("soft_file_lock.py", path, options, within)
    {}

    /// Kills the peer and returns when it has ended. It is still a zombie then.
    void die()
    {
        write_line("die");
        wait_unreaped();
    }

protected:
    /// Runs another program, found in the same way.
    soft_peer(char const* program, boost::filesystem::path const& path, words const& options,
              words const& within)
        : child(command(program, path, options, within))
    {}

private:
    static std::string found(char const* program)
    {
        auto const& suite = boost::unit_test::framework::master_test_suite();
        for (int i = 1; i < suite.argc; ++i)
            if (boost::filesystem::path(suite.argv[i]).filename() == program)
                return suite.argv[i];
        return (boost::filesystem::path(__FILE__).parent_path() / program).string();
    }

    static words command(char const* program, boost::filesystem::path const& path,
                         words const& options, words all)
    {
        // The first interpreter in PATH need not be the system's.
        all.push_back("/usr/bin/python3");
        all.push_back(found(program));
        all.insert(all.end(), options.begin(), options.end());
        all.push_back(path.string());
        return all;
    }
};

/// A precondition of test cases.
inline boost::test_tools::assertion_result have_soft_peer(boost::unit_test::test_unit_id)
{
    return succeeds(soft_peer("/nonexistent/path", {"--help"}), "there is no /usr/bin/python3");
}

} // namespace filelock_test

#endif
