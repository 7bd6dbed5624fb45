// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TEST_FAKE_PROTOCOL_HPP
#define BOOST_FILELOCK_TEST_FAKE_PROTOCOL_HPP

#include "../src/protocol/protocol.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace filelock_test {

namespace detail = boost::filelock::detail;

/// A lock without a file. Its log has a letter for every call: a(ttempt), S(leep), w(ithdraw),
/// r(elease), and l for a downgrade, with the mode: s(hared), u(pgrade), x (exclusive). If
/// `announces` is set, it logs A(nnounce) as well.
struct fake_protocol : detail::protocol
{
    std::deque<detail::attempt_result> answers; // used in order, then `otherwise`
    detail::attempt_result otherwise = detail::attempt_result::acquired;
    std::deque<boost::system::error_code> release_errors, downgrade_errors, withdraw_errors;
    std::function<void()> during_attempt, during_downgrade, on_acquired;
    std::optional<detail::attempt_result> announces; // the result of an announcement
    detail::prior_hold asked_as = detail::prior_hold::none;
    bool is_only_one = false; // the last attempt did not wait
    bool sleeps = false;
    bool is_ours = true;
    bool local = false;
    detail::watch_result notice = detail::watch_result::already; // for request_notice
    unsigned notice_requests = 0;
    detail::descriptor watched_file;
    std::int64_t watched_process = 0;
    detail::watch_kind watched_as = detail::watch_kind::lock_file;
    detail::lock_mode held = detail::lock_mode::none;
    detail::file_identity file{1, 1};
    std::vector<boost::filelock::owner_record> who;
    std::string log;

    static boost::system::error_code next_of(std::deque<boost::system::error_code>& errors)
    {
        if (errors.empty())
            return {};
        auto const ec = errors.front();
        errors.pop_front();
        return ec;
    }

    static char letter(detail::lock_mode mode) { return "-sux"[static_cast<int>(mode)]; }

    detail::attempt_result attempt(detail::lock_mode mode,
                                   detail::attempt_context const& context) override
    {
        log += {'a', letter(mode)};
        asked_as = context.prior;
        is_only_one = !context.waits;
        if (during_attempt)
            during_attempt();
        auto a = otherwise;
        if (!answers.empty()) {
            a = answers.front();
            answers.pop_front();
        }
        if (a.kind == detail::attempt_result::acquired && held < mode)
            held = mode;
        return a;
    }
    detail::attempt_result announce(detail::prior_hold prior) override
    {
        if (!announces)
            return detail::attempt_result::busy;
        log += 'A';
        asked_as = prior;
        if (during_attempt)
            during_attempt();
        return *announces;
    }
    detail::attempt_result sleep(detail::lock_mode mode) override
    {
        log += {'S', letter(mode)};
        held = mode;
        return detail::attempt_result::acquired;
    }
    bool can_sleep() const noexcept override { return sleeps; }
    detail::watch_target to_watch() const noexcept override
    {
        return {&watched_file, file, watched_as, watched_process};
    }
    detail::watch_result request_notice() noexcept override
    {
        ++notice_requests;
        return notice;
    }
    bool is_local() const noexcept override { return local; }
    std::uint8_t exclusion_domains() const noexcept override { return 255; }
    void acquired() override
    {
        if (on_acquired)
            on_acquired();
    }
    boost::system::error_code withdraw() noexcept override
    {
        log += 'w';
        return next_of(withdraw_errors);
    }
    std::optional<detail::file_identity> observed_file() const noexcept override { return file; }
    boost::system::error_code release() noexcept override
    {
        log += 'r';
        held = detail::lock_mode::none;
        return next_of(release_errors);
    }
    boost::system::error_code downgrade(detail::lock_mode mode) noexcept override
    {
        log += {'l', letter(mode)};
        if (during_downgrade)
            during_downgrade();
        auto const ec = next_of(downgrade_errors);
        if (!ec)
            held = mode;
        return ec;
    }
    bool still_held(boost::system::error_code&) override
    {
        log += '?';
        return is_ours;
    }
    std::vector<boost::filelock::owner_record> holders() const override { return who; }
};

} // namespace filelock_test

#endif
