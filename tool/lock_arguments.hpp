// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TOOL_LOCK_ARGUMENTS_HPP
#define BOOST_FILELOCK_TOOL_LOCK_ARGUMENTS_HPP

#include "any_lock.hpp"

#include <boost/program_options/options_description.hpp>

namespace filelock_tool {

/// Returns the options that choose a kind and its options, and store them in `choice`, which must
/// outlive the parsing. Not the mode.
boost::program_options::options_description lock_options(lock_choice& choice);

} // namespace filelock_tool

#endif
