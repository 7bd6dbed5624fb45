// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_SRC_PROTOCOL_FORK_SAFE_PROTOCOL_HPP
#define BOOST_FILELOCK_SRC_PROTOCOL_FORK_SAFE_PROTOCOL_HPP

#include "protocol.hpp"
#include "renewed_in_child.hpp"

#include <utility>

namespace boost {
namespace filelock {
namespace detail {

/// A protocol without refresh that a forked child makes again.
class fork_safe_protocol final : public protocol
{
public:
    explicit fork_safe_protocol(renewed_in_child<protocol>::maker make) : protocol_(std::move(make))
    {}

    attempt_result attempt(lock_mode mode, attempt_context const& context) override
    {
        (void)protocol_.renew();
        return protocol_.change()->attempt(mode, context);
    }
    void acquired() override { protocol_.change()->acquired(); }
    watch_target to_watch() const noexcept override { return protocol_->to_watch(); }
    bool is_local() const noexcept override { return protocol_->is_local(); }
    system::error_code withdraw() noexcept override { return protocol_.change()->withdraw(); }
    std::uint8_t exclusion_domains() const noexcept override
    {
        return protocol_->exclusion_domains();
    }
    std::optional<file_identity> observed_file() const noexcept override
    {
        return protocol_->observed_file();
    }
    system::error_code release() noexcept override { return protocol_.change()->release(); }
    bool still_held(system::error_code& ec) override { return protocol_.change()->still_held(ec); }
    std::vector<owner_record> holders() const override { return protocol_->holders(); }

private:
    renewed_in_child<protocol> protocol_;
};

} // namespace detail
} // namespace filelock
} // namespace boost

#endif
