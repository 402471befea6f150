#include "costmodel/kernels/cpu/onednn_product.h"

#include <fmt/format.h>

#include <oneapi/dnnl/dnnl.hpp>
#include <utility>

#include "costmodel/kernels/cpu/guarded.h"
#include "costmodel/kernels/cpu/thread_team.h"

namespace moe {
namespace {

using dnnl::memory;

memory::desc weightsDesc(const ProductPlan& plan) {
  const WeightLayout& weights = plan.weights;
  const memory::dims dims{weights.k, plan.columns};
  if (!weights.panels) return {dims, memory::data_type::f32, memory::dims{weights.n, 1}};
  if (weights.bf16) return {dims, memory::data_type::bf16, memory::format_tag::BA16a64b2a};
  return {dims, memory::data_type::f32, memory::format_tag::BA16a64b};
}

dnnl::matmul::primitive_desc describe(const ProductPlan& plan, int rows,
                                      const dnnl::engine& engine) {
  const auto type = plan.weights.bf16 ? memory::data_type::bf16 : memory::data_type::f32;
  const memory::desc x({rows, plan.weights.k}, type, memory::format_tag::ab);
  const memory::desc out({rows, plan.columns}, memory::data_type::f32, memory::format_tag::ab);
  dnnl::primitive_attr attributes;
  attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  return {dnnl::matmul::desc(x, weightsDesc(plan), out), attributes, engine};
}

/// What one worker hands to a primitive: the addresses change from run to run.
struct Arguments {
  memory x, weights, out, scratch;
  std::array<dnnl_exec_arg_t, 4> list;
  HugeBuffer scratch_space;
  dnnl::stream stream;

  Arguments(const dnnl::matmul::primitive_desc& desc, const dnnl::engine& engine)
      : x(desc.src_desc(), engine, nullptr),
        weights(desc.weights_desc(), engine, nullptr),
        out(desc.dst_desc(), engine, nullptr),
        scratch_space(desc.scratchpad_desc().get_size() + 64),
        stream(engine) {
    scratch = memory(desc.scratchpad_desc(), engine, scratch_space.as<void*>());
    list = {{{DNNL_ARG_SRC, x.get()},
             {DNNL_ARG_WEIGHTS, weights.get()},
             {DNNL_ARG_DST, out.get()},
             {DNNL_ARG_SCRATCHPAD, scratch.get()}}};
  }
};

}  // namespace

struct OnednnProduct::Primitive {
  dnnl::matmul matmul;
  std::vector<Arguments> workers;
};

OnednnProduct::OnednnProduct(const ProductPlan& plan, int workers)
    : plan_(plan), workers_(workers) {}
OnednnProduct::~OnednnProduct() = default;
OnednnProduct::OnednnProduct(OnednnProduct&&) noexcept = default;

bool OnednnProduct::prepare(int rows) {
  std::unique_ptr<Primitive>& place = by_rows_.at(preparedRows(rows) / 4);
  if (place) return false;
  const SingleThreadedOpenMp single;  // the number of threads is part of a primitive
  try {
    const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
    const auto desc = describe(plan_, preparedRows(rows), engine);
    auto primitive = std::make_unique<Primitive>();
    primitive->matmul = dnnl::matmul(desc);
    for (int worker = 0; worker < workers_; ++worker) primitive->workers.emplace_back(desc, engine);
    place = std::move(primitive);  // none stays that is not complete
  } catch (const dnnl::error& error) {
    if (error.status == dnnl_out_of_memory) throw std::bad_alloc();
    throw OnednnRefusal(fmt::format("{} rows of {} x {}: {}", preparedRows(rows), plan_.weights.k,
                                    plan_.columns, error.what()));
  }
  return true;
}

void OnednnProduct::run(int worker, int rows, const void* x, const void* weights,
                        float* out) const {
  Primitive& primitive = *by_rows_[preparedRows(rows) / 4];
  Arguments& arguments = primitive.workers[worker];
  arguments.x.set_data_handle(const_cast<void*>(x), arguments.stream);
  arguments.weights.set_data_handle(const_cast<void*>(weights), arguments.stream);
  arguments.out.set_data_handle(out, arguments.stream);
  const dnnl_status_t status =
      dnnl_primitive_execute(primitive.matmul.get(), arguments.stream.get(),
                             static_cast<int>(arguments.list.size()), arguments.list.data());
  if (status == dnnl_out_of_memory) throw std::bad_alloc();
  if (status != dnnl_success)
    throw OnednnRefusal(
        fmt::format("status {} of one that it had prepared", static_cast<int>(status)));
}

}  // namespace moe
