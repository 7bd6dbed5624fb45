// Copyright 2026 The Boost.FileLock maintainers
// Distributed under the Boost Software License, Version 1.0.
// https://www.boost.org/LICENSE_1_0.txt

#ifndef BOOST_FILELOCK_TOOL_LOCK_ARGUMENTS_HPP
#define BOOST_FILELOCK_TOOL_LOCK_ARGUMENTS_HPP

#include "any_lock.hpp"

#include <boost/program_options/options_description.hpp>
#include <boost/program_options/value_semantic.hpp>

#include <functional>
#include <string>

namespace filelock_tool {

/// Returns a description of an option whose value is a kind.
boost::program_options::typed_value<std::string>* kind_option(std::function<void(lock_kind)> store);

/// Returns the options that choose a kind and its options, and store them in `choice`, which must
/// outlive the parsing. Not the mode.
boost::program_options::options_description lock_options(lock_choice& choice);

} // namespace filelock_tool

#endif
