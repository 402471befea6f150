#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/gui/presenters/plan_picture.h"
#include "app/gui/presenters/table_data.h"

namespace moe {

/// The figures of one configuration that two plans are compared by.
struct PlanFigures {
  std::string id;    ///< the same for one expert count or design in every plan
  std::string name;  ///< "E 8, over-trained"
  double params = 0;
  double loss = 0;
  double usd = 0;  ///< per million tokens, or of the whole life in a lifetime plan; NaN: none
  bool recommended = false;
};

/// One per configuration that exists; none of a front, which recommends nothing.
std::vector<PlanFigures> planFigures(const PlanPicture& picture);

/// The configurations as a table, the recommended one emphasised. With `kept` each row also says
/// what the kept plan has there, and the change since in percent.
TableData planTableData(const PlanPicture& picture, const PlanPicture* kept);

/// What to take, in a line: "8 experts, N 1.2 B on 300 B tokens: 2.313 nats at 0.12 USD ...".
std::string planHeadline(const PlanPicture& picture);
/// The recommendation in a sentence, and what the figures rest on.
std::string planDetail(const PlanPicture& picture);
/// The kept plan's choice beside the present one, with the change in percent.
std::string keptSentence(const PlanPicture& picture, const PlanPicture& kept);

const std::vector<Warning>& planWarnings(const PlanPicture& picture);

}  // namespace moe
