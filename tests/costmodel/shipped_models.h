#pragma once

#include "costmodel/architecture.h"
#include "costmodel/training/training_accuracy.h"
#include "data/catalog/catalog.h"

namespace moe::test {

/// The catalog that ships, read once.
inline const ModelCatalog& catalog() {
  static const ModelCatalog models = loadModels({}).value();
  return models;
}

inline ModelArchitecture architecture(const char* name) {
  return architectureOf(findModel(catalog(), name).value()).value();
}

/// The speed model of training that ships.
inline const TrainingSpeedModel& shippedSpeed() {
  static const TrainingSpeedModel model = shippedTrainingSpeedModel().value();
  return model;
}

}  // namespace moe::test
