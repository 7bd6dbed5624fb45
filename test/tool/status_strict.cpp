// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#include "support/child.hpp"
#include "support/claim_files.hpp"
#include "support/kernel_state.hpp"
#include "support/privileges.hpp"
#include "support/status_reports.hpp"

#include <boost/filelock/strict_soft_file_lock.hpp>

#include <boost/filesystem/operations.hpp>
#include <boost/test/unit_test.hpp>

#include <csignal>
#include <string>

// `filelock status`: the claims of strict locks.

namespace {

using namespace filelock_test;
namespace fs = boost::filesystem;

struct fixture : claim_files
{
    json_values status(int with = 0) const { return json_status({path.string()}, with); }
    json_values status_of_tree() const { return json_status({directory.string()}); }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(status_strict, fixture)

BOOST_AUTO_TEST_CASE(hold_is_shown_once_and_stays_after_a_crash)
{
    child holder([this] {
        boost::filelock::strict_soft_file_lock lock(path);
        lock.lock();
        say("held");
        hear();
        return 0;
    });
    holder.expect("held");
    for (auto const& now : {status(), status_of_tree()}) {
        BOOST_TEST(now["size"] == "1");
        BOOST_TEST(now["test.lock.kind"] == "strict_soft_file_lock");
        BOOST_TEST(now["test.lock.state"] == "held");
        BOOST_TEST(now["test.lock.mode"] == "exclusive");
        BOOST_TEST(now["test.lock.holders.size"] == "1");
        BOOST_TEST(now["test.lock.holders.0.pid"] == std::to_string(holder.pid()));
        BOOST_TEST(now["test.lock.holders.0.alive"] == "alive");
        BOOST_TEST(now["test.lock.holders.0.token"] == token());
        BOOST_TEST(now["test.lock.claims.size"] == "2");
        BOOST_TEST(now["test.lock.claims.0.state"] == "held");
        BOOST_TEST(now["test.lock.claims.0.name"] == claim_name("held", token()));
        BOOST_TEST(now["test.lock.claims.1.state"] == "intent");
    }
    holder.kill(SIGKILL);
    holder.wait();
    auto const then = status();
    BOOST_TEST(then["test.lock.state"] == "held");
    BOOST_TEST(then["test.lock.holders.0.alive"] == "gone");
}

BOOST_AUTO_TEST_CASE(released_lock_is_free)
{
    boost::filelock::strict_soft_file_lock lock(path);
    lock.lock();
    lock.unlock();
    for (auto const& now : {status(), status_of_tree()}) {
        BOOST_TEST(now["test.lock.kind"] == "strict_soft_file_lock");
        BOOST_TEST(now["test.lock.state"] == "free");
        BOOST_TEST(now["test.lock.mode"] == "null");
    }
    fs::remove_all(box); // the permanent file alone
    BOOST_TEST(status()["test.lock.kind"] == "strict_soft_file_lock");
    BOOST_TEST(status_of_tree()["test.lock.state"] == "free");
}

BOOST_AUTO_TEST_CASE(contender_is_told_from_a_holder)
{
    forge("intent", first_token);
    auto const now = status();
    BOOST_TEST(now["test.lock.state"] == "claimed");
    BOOST_TEST(now["test.lock.mode"] == "null");
    BOOST_TEST(now["test.lock.holders.0.waiting"] == "true");
    BOOST_TEST(now["test.lock.holders.0.host"] == "elsewhere");
    forge("held", last_token);
    forge("intent", last_token);
    auto const then = status();
    BOOST_TEST(then["test.lock.state"] == "held");
    BOOST_TEST(then["test.lock.holders.size"] == "2");
    BOOST_TEST(then["test.lock.holders.0.token"] == last_token);
    BOOST_TEST(then["test.lock.holders.0.waiting"] == "false");
    BOOST_TEST(then["test.lock.holders.1.token"] == first_token);
}

BOOST_AUTO_TEST_CASE(damaged_claim_is_named)
{
    auto const name = forge("held", first_token);
    write_text(claims / name, "half of a cl");
    auto const now = status();
    BOOST_TEST(now["test.lock.state"] == "damaged");
    BOOST_TEST(now["test.lock.note"] == "damaged claim " + name);
    BOOST_TEST(now["test.lock.claims.0.state"] == "damaged");
    BOOST_TEST(now["test.lock.claims.0.pid"] == "null");
    BOOST_TEST(status_of_tree()["test.lock.state"] == "damaged");
}

BOOST_AUTO_TEST_CASE(claims_that_cannot_be_read_are_an_error,
                     *boost::unit_test::precondition(is_root))
{
    forge("held", first_token);
    fs::permissions(directory, fs::perms(0755));
    fs::permissions(claims, fs::perms(0700));
    auto const done = as_nobody([this] {
        auto const now = status(1);
        return now["test.lock.state"] == "unreadable" ? 0 : 1;
    });
    BOOST_TEST(done == 0);
}

BOOST_AUTO_TEST_SUITE_END()
