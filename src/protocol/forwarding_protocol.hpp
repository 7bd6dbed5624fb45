// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_PROTOCOL_FORWARDING_PROTOCOL_HPP
#define BOOST_FILELOCK_SRC_PROTOCOL_FORWARDING_PROTOCOL_HPP

#include "protocol.hpp"
#include "renewed_in_child.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace boost {
namespace filelock {
namespace detail {

/// Forwards every call to a protocol that a forked child makes anew. Derived classes override what
/// they do differently.
template <class Inner>
class forwarding_protocol : public protocol
{
public:
    explicit forwarding_protocol(typename renewed_in_child<Inner>::maker make)
        : inner_(std::move(make))
    {}

    attempt_result attempt(lock_mode mode, attempt_context const& context) override
    {
        (void)inner_.renew();
        return inner_.change()->attempt(mode, context);
    }
    attempt_result announce(prior_hold prior) override
    {
        (void)inner_.renew();
        return inner_.change()->announce(prior);
    }
    attempt_result sleep(lock_mode mode) override
    {
        (void)inner_.renew();
        return inner_.change()->sleep(mode);
    }
    bool can_sleep() const noexcept override { return inner_->can_sleep(); }
    void acquired() override { inner_.change()->acquired(); }
    watch_target to_watch() const noexcept override { return inner_->to_watch(); }
    watch_result request_notice() noexcept override { return inner_.change()->request_notice(); }
    bool is_local() const noexcept override { return inner_->is_local(); }
    system::error_code withdraw() noexcept override { return inner_.change()->withdraw(); }
    std::uint8_t exclusion_domains() const noexcept override { return inner_->exclusion_domains(); }
    std::optional<file_identity> observed_file() const noexcept override
    {
        return inner_->observed_file();
    }
    system::error_code release() noexcept override { return inner_.change()->release(); }
    system::error_code downgrade(lock_mode mode) noexcept override
    {
        return inner_.change()->downgrade(mode);
    }
    bool still_held(system::error_code& ec) override { return inner_.change()->still_held(ec); }
    std::vector<owner_record> holders() const override { return inner_->holders(); }
    std::string culprit() const override { return inner_->culprit(); }
    bool is_soft() const noexcept override { return inner_->is_soft(); }

protected:
    renewed_in_child<Inner> inner_;
};

/// A protocol that a forked child makes anew and that needs no refresh.
using fork_safe_protocol = forwarding_protocol<protocol>;

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
