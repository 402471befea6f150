#pragma once

#include "costmodel/engine/engine_constants.h"
#include "costmodel/planner/price_surface.h"
#include "costmodel/verify/point_predictor.h"
#include "data/catalog/catalog.h"

namespace moe {

/// Eight-expert models of the Yun family on H100, ShareGPT-like lengths. `measured`: with the
/// shipped kernel tables, else by the roofline, which is smooth in N.
inline PriceSurfaceRequest surfaceRequest(bool measured = false) {
  const HardwareCatalog hardware = loadHardware("").value();
  const HardwareEntry entry = findHardware(hardware, "H100 SXM").value();
  PriceSurfaceRequest request;
  request.family = templateOfRule("yun").value();
  request.experts = 8;
  request.top_k = 2;
  request.kernels = measured ? loadKernels(entry, hardware, "").value()
                             : KernelLibrary::roofline(acceleratorOf(entry));
  request.constants = engineConstants(Engine::kVllm);
  request.load = {.prompt_tokens = 161, .output_tokens = 338};
  request.price = usdPerHour(2);
  request.min_params = 5e8;
  return request;
}

inline PriceSurface surfaceOf(const PriceSurfaceRequest& request) {
  return priceSurface(request).value();
}

}  // namespace moe
